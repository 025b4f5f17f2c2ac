"""Records codes that segments may have (DICOM PS3.16, as pydicom has its context groups) into test/goldens.

    .venv/bin/python test/reference/record_segment_codes.py
"""

import json
import pathlib

import pydicom
from pydicom.sr import _cid_dict, _concepts_dict

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"

# Anatomic regions; segmented property categories; types of lesions and of tissues.
GROUPS = {"regions": [4, 4030, 4031], "categories": [7150], "types": [7159, 7166]}


def codes(cids):
    for cid in cids:
        for scheme, keywords in _cid_dict.cid_concepts[cid].items():
            for keyword in keywords:
                for value, (meaning, groups) in _concepts_dict.concepts[scheme][keyword].items():
                    if cid in groups and scheme == "SCT":
                        yield value, meaning


content = {"source": f"pydicom {pydicom.__version__}: SNOMED CT of PS3.16 CID 4, 4030, 4031, 7150, 7159, 7166"}
for name, cids in GROUPS.items():
    content[name] = [list(code) for code in sorted(set(codes(cids)))]
text = json.dumps(content, separators=(",", ":")).replace("],[", "],\n[")
(GOLDENS / "segment-codes.json").write_text(text + "\n")
