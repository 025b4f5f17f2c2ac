#!/usr/bin/env bash
# pydicom takes old SNOMED codes for new ones, T-28000 for codes.SCT.Lung; but T-D3000 is not its Chest, nor T-D4000 its Abdomen.
#
# Date:      2026-11-29
# Versions:  pydicom 3.0.2, highdicom 0.28.2
# Guess:     a Code of the scheme SRT, as older objects carry it, equals the SCT one of the same name in `codes`, since pydicom
#            translates it where it compares; and so does the SCT code that DICOM had for it a few years ago.
# Behaviour: DICOM has taken other SNOMED concepts for some regions since, and pydicom's table still leads to the former ones.
#            Objects of chest, abdomen and pelvis, the most usual regions, equal none of its `codes` of that name, be they old
#            with SRT or less old with SCT. Lung, liver and others do, so that a search looks as if it worked. The former
#            concepts have names of their own: ThoracicStructure, AbdominalStructure, PelvicStructure. highdicom's
#            CodedConcept compares as pydicom's Code does.
# Seen (equal to codes.SCT.NAME: the SRT code of the name, and the SCT code that pydicom translates it to):
#   Chest    T-D3000  no   51185008   no   codes.SCT.Chest is 816094009
#   Abdomen  T-D4000  no   113345001  no   codes.SCT.Abdomen is 818981001
#   Pelvis   T-D6000  no   12921003   no   codes.SCT.Pelvis is 816092008
#   Head     T-D1100  yes  69536005   yes  codes.SCT.Head is 69536005
#   Neck     T-D1600  yes  45048000   yes  codes.SCT.Neck is 45048000
#   Lung     T-28000  yes  39607008   yes  codes.SCT.Lung is 39607008
#   Liver    T-62000  yes  10200004   yes  codes.SCT.Liver is 10200004
#   names of the former ones: ThoracicStructure AbdominalStructure PelvicStructure
#   of 114 common anatomic regions (CID 4031) 9 have no code in SRT that equals them
#   holds: pydicom 3.0.2 finds chest, abdomen and pelvis of older objects unequal to its own
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 highdicom==0.28.2

cd "$work"
venv/bin/python -W ignore - <<'PY'
import sys

import highdicom as hd
from pydicom.sr import _snomed_dict
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

REGIONS = {
    "Chest": ("T-D3000", "51185008", "816094009", False),
    "Abdomen": ("T-D4000", "113345001", "818981001", False),
    "Pelvis": ("T-D6000", "12921003", "816092008", False),
    "Head": ("T-D1100", "69536005", "69536005", True),
    "Neck": ("T-D1600", "45048000", "45048000", True),
    "Lung": ("T-28000", "39607008", "39607008", True),
    "Liver": ("T-62000", "10200004", "10200004", True),
}
WORDS = {True: "yes", False: "no"}


def check(seen, before):
    print(seen)
    if seen != before:
        sys.exit(f"changed: `{before}` before")


for name, (old, former, now, equal) in REGIONS.items():
    code = getattr(codes.SCT, name)
    by_srt, by_sct = Code(old, "SRT", name) == code, Code(former, "SCT", name) == code
    if (hd.sr.CodedConcept(old, "SRT", name) == code) != by_srt or Code(old, "SRT", name) != Code(former, "SCT", name):
        sys.exit("changed: highdicom compared as pydicom does, and the SRT code equalled the former SCT one before")
    line = "{:8} {}  {:3}  {:9}  {:3}  codes.SCT.{} is {}"
    seen = line.format(name, old, WORDS[by_srt], former, WORDS[by_sct], name, code.value)
    check(seen, line.format(name, old, WORDS[equal], former, WORDS[equal], name, now))
names = [name for name in ("ThoracicStructure", "AbdominalStructure", "PelvicStructure") if hasattr(codes.SCT, name)]
equal = all(getattr(codes.SCT, name).value == former for name, (_, former, _, _) in zip(names, REGIONS.values()))
line = "names of the former ones: {}"
check(line.format(" ".join(names) if equal else "none"), line.format("ThoracicStructure AbdominalStructure PelvicStructure"))
regions = codes.cid4031.concepts.values()
without = [code for code in regions if code.value not in _snomed_dict.mapping["SCT"]]
line = "of {} common anatomic regions (CID 4031) {} have no code in SRT that equals them"
check(line.format(len(regions), len(without)), line.format(114, 9))
PY
echo "holds: pydicom 3.0.2 finds chest, abdomen and pelvis of older objects unequal to its own"
