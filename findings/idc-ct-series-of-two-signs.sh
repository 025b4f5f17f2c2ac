#!/usr/bin/env bash
# Real CT series hold signed and unsigned slices side by side, and two transfer syntaxes; and series called CT hold no CT.
#
# Date:      2026-11-28
# Versions:  idc-index-data 25.0.5 (the index of the Imaging Data Commons, v25), pyarrow 26.0.1
# Guess:     a series is what a scanner made in one go: Pixel Representation and transfer syntax are one in all its slices,
#            so that the first tells how to read them. Modality CT means CT images.
# Behaviour: of 270 830 series of Modality CT, 281 hold slices with Pixel Representation 0 and slices with 1; 188 of them
#            have 150 slices or more, as whole chest scans do. 53 are written in two transfer syntaxes, one of them in
#            NSCLC-Radiomics (Lung1). 985 hold other objects: secondary captures, raw data, and even PET images.
# Seen:
#   CT series                          270830
#   signed and unsigned slices            281  nlst 279, cptac_luad 2
#     with 150 slices or more             188
#   two transfer syntaxes                  53  nlst 38, acrin_nsclc_fdg_pet 12, eay131 1, nsclc_radiomics 1, tcga_kirc 1
#   of another SOP class than CT          985  Secondary Capture 584, Raw Data 399, Positron Emission Tomography 2
#   holds: in v25 of the Imaging Data Commons 281 CT series mix signed and unsigned slices
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps idc-index-data==25.0.5 pyarrow==26.0.1

cd "$work"
venv/bin/python - <<'PY'
import collections
import pathlib
import sys

import idc_index_data
import pyarrow.parquet

index = pathlib.Path(idc_index_data.__file__).with_name("idc_index.parquet")
columns = ["collection_id", "sop_class_name", "transfer_syntax_name", "PixelRepresentation", "instanceCount"]
table = pyarrow.parquet.read_table(index, columns=columns, filters=[("Modality", "=", "CT")])
series = table.to_pylist()


def check(name, found, before, key=None):
    counts = collections.Counter(key(one) for one in found) if key else {}
    which = ", ".join(f"{what} {n}" for what, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    print(f"{name:32}  {len(found):7}  {which}".rstrip())
    if len(found) != before:
        sys.exit(f"changed: {before} before")


def collection(one):
    return one["collection_id"]


def sop_class(one):
    return one["sop_class_name"].removesuffix(" Storage").removesuffix(" Image")


# A series whose instances differ has all their values, with commas between.
mixed = [one for one in series if one["PixelRepresentation"] == "0,1"]
check("CT series", series, 270830)
check("signed and unsigned slices", mixed, 281, collection)
check("  with 150 slices or more", [one for one in mixed if one["instanceCount"] >= 150], 188)
check("two transfer syntaxes", [one for one in series if "," in one["transfer_syntax_name"]], 53, collection)
others = [one for one in series if one["sop_class_name"] != "CT Image Storage"]
check("of another SOP class than CT", others, 985, sop_class)
PY
echo "holds: in v25 of the Imaging Data Commons 281 CT series mix signed and unsigned slices"
