"""Prints as JSON what a test can hold swinprep's outputs against without Python: records, hashes, samples, moments.

    compact_outputs.py REFERENCE

REFERENCE is the folder of reference_program.py. Masks are given by hash, CT by mean, standard deviation and samples of
voxels within the scan.
"""

import gzip
import hashlib
import json
import pathlib
import sys

import numpy as np
import SimpleITK as sitk
from reference_program import AIR_HU

SAMPLES = 24
HEADER_BYTES = 352


def mask_facts(path):
    image = sitk.ReadImage(str(path))
    return {
        "size": image.GetSize(),
        "sha256": hashlib.sha256(np.ascontiguousarray(sitk.GetArrayViewFromImage(image)).tobytes()).hexdigest(),
    }


def ct_facts(path):
    image = sitk.ReadImage(str(path))
    values = sitk.GetArrayViewFromImage(image).reshape(-1)
    # What lies outside the scan is most of a ROI, and says little.
    within = np.flatnonzero((values != AIR_HU) & (values > values.min()))
    chosen = within[np.linspace(0, len(within) - 1, min(SAMPLES, len(within))).astype(int)]
    return {
        "size": image.GetSize(),
        "mean": float(values.mean(dtype=np.float64)),
        "sd": float(values.std(dtype=np.float64)),
        "samples": [[int(i), float(values[i])] for i in chosen],
    }


def read_json(path):
    return json.loads(path.read_text())


def case_facts(folder):
    return {
        "header": gzip.open(folder / "ct_roi_norm.nii.gz").read(HEADER_BYTES).hex(),
        "meta": read_json(folder / "meta.json"),
        "tumor_roi": mask_facts(folder / "tumor_roi.nii.gz"),
        **{
            name: ct_facts(folder / f"{name}.nii.gz")
            for name in ("ct_hu_resampled_ras", "ct_roi_hu", "ct_roi_norm")
        },
    }


def main(reference):
    reference = pathlib.Path(reference)
    facts = {
        "stats": read_json(reference / "dataset_pass1_stats.json"),
        "failures": [failure["patient_id"] for failure in read_json(reference / "failures.json")],
        "cases": {folder.name: case_facts(folder) for folder in sorted(reference.iterdir()) if folder.is_dir()},
    }
    json.dump(facts, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
