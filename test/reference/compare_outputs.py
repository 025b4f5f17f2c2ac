"""Compares the outputs of swinprep with those of reference_program.py and prints the differences as JSON.

    compare_outputs.py ROI REFERENCE

ROI is the folder of pass2-write, REFERENCE that of reference_program.py. Files are read by SimpleITK, headers as bytes.
"""

import gzip
import json
import pathlib
import struct
import sys

import numpy as np
import SimpleITK as sitk

HEADER_BYTES = 352
VOLUMES = ("ct_hu_resampled_ras", "ct_roi_hu", "ct_roi_norm", "tumor_roi")
# Quaternion, offsets and the three rows of the sform: the only fields of arithmetic, float32 each.
PLACEMENT = (256, 328)


def header_of(path):
    with gzip.open(path) as file:
        return file.read(HEADER_BYTES)


def compare_headers(ours, theirs):
    """Bytes that differ outside the placement, floats of the placement that differ in any bit, and by how much at most."""
    first, last = PLACEMENT
    rest = sum(a != b for i, (a, b) in enumerate(zip(ours, theirs)) if not first <= i < last)
    floats = [np.array(struct.unpack("<18f", h[first:last])) for h in (ours, theirs)]
    difference = np.abs(floats[0] - floats[1])
    scale = max(1.0, float(np.abs(floats[1]).max()))
    return rest, int(np.count_nonzero(difference)), float(difference.max()) / scale


def compare_volume(ours_path, theirs_path):
    ours, theirs = sitk.ReadImage(str(ours_path)), sitk.ReadImage(str(theirs_path))
    a, b = sitk.GetArrayViewFromImage(ours), sitk.GetArrayViewFromImage(theirs)
    row = {"same_type": ours.GetPixelID() == theirs.GetPixelID(), "same_size": ours.GetSize() == theirs.GetSize()}
    if not row["same_size"]:
        return row
    difference = np.abs(a.astype(np.float64) - b.astype(np.float64))
    bytes_, floats, largest = compare_headers(header_of(ours_path), header_of(theirs_path))
    return {
        **row,
        "voxels": int(difference.size),
        "differing_voxels": int(np.count_nonzero(difference)),
        "largest_difference": float(difference.max()),
        "differing_header_bytes": bytes_,
        "differing_header_floats": floats,
        "largest_header_difference": largest,
    }


def main(roi, reference):
    roi, reference = pathlib.Path(roi), pathlib.Path(reference)
    rows = [
        {"patient_id": folder.name, "volume": name, **compare_volume(roi / folder.name / file, folder / file)}
        for folder in sorted(reference.iterdir())
        if folder.is_dir()
        for name in VOLUMES
        for file in (f"{name}.nii.gz",)
    ]
    json.dump(rows, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
