"""Records how SimpleITK brings volumes on an ROI's grid back to the grid of the CT, into test/goldens/map-back.json.

    .venv/bin/python test/reference/record_map_back.py OUT

OUT is what `swinprep preprocess --preset reference` wrote for the two real patients.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import SimpleITK as sitk
from record_goldens import CASES, GOLDENS, encode, image, resample, through_nifti, voxels

# Start and what is added to the resampled size: boxes that reach beyond the CT, and boxes within it.
BOXES = [((-2, -1, -1), (3, 2, 2)), ((1, 1, 0), (-2, -2, 0))]


def roi_voxels(size):
    """The same numbers as test/way-back/native-prediction.test.ts makes."""
    i = np.arange(size[0] * size[1] * size[2], dtype=np.int64)
    labels = ((i * 31 + 7) % 5).astype(np.uint8)
    shares = (((i * 7919 + 12345) % 4093) / 4093).astype(np.float32)
    return labels.reshape(size[::-1]), shares.reshape(size[::-1])


def record(name, size, spacing, origin, direction, target, box):
    ct, _ = through_nifti(image(voxels(size)[0], spacing, origin, direction))
    target = tuple(float(t) for t in target)
    grid = resample(sitk.DICOMOrient(ct, "RAS"), target, sitk.sitkNearestNeighbor, 0)
    start, more = box
    roi_size = [max(1, n + m) for n, m in zip(grid.GetSize(), more)]
    labels, shares = roi_voxels(roi_size)
    first = grid.TransformContinuousIndexToPhysicalPoint([float(i) for i in start])
    back = {}
    for key, array, interpolator in (
        ("labels", labels, sitk.sitkNearestNeighbor),
        ("shares", shares, sitk.sitkLinear),
    ):
        roi = image(array, target, first, grid.GetDirection())
        back[key] = encode(sitk.GetArrayFromImage(sitk.Resample(roi, ct, sitk.Transform(), interpolator, 0)))
    return {
        "name": name,
        "size": size,
        "spacing_mm": spacing,
        "origin_lps_mm": origin,
        "direction_lps": direction,
        "target_mm": target,
        "roi_start_ijk": start,
        "roi_size_ijk": roi_size,
        **back,
    }


def record_patient(out, patient):
    ct = sitk.ReadImage(out / "interim" / patient / "ct.nii.gz")
    original = sitk.GetArrayFromImage(sitk.ReadImage(out / "interim" / patient / "tumor.nii.gz"))
    roi = sitk.ReadImage(out / "roi" / patient / "tumor_roi.nii.gz")
    back = sitk.GetArrayFromImage(sitk.Resample(roi, ct, sitk.Transform(), sitk.sitkNearestNeighbor, 0))
    return {
        "voxels": int(back.sum()),
        "sha256_uint8": hashlib.sha256(back.tobytes()).hexdigest(),
        "dice": float(2 * (back & original).sum() / (int(back.sum()) + int(original.sum()))),
    }


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1])
    golden = {
        "SimpleITK": sitk.Version_VersionString(),
        "cases": [record(*case, box) for case in CASES for box in BOXES],
        "patients": {patient: record_patient(out, patient) for patient in ("LUNG1-001", "LUNG1-002")},
    }
    GOLDENS.joinpath("map-back.json").write_text(json.dumps(golden, indent=1) + "\n")
