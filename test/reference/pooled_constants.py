"""Prints the normalisation constants of preset lung1, computed from the voxels of all train patients at once.

    pooled_constants.py JOB.json

JOB.json is that of reference_program.py, with the train patients as its samples. swinprep never holds more than one
patient and merges means and variances; here every voxel counts for itself. A patient with too few voxels above the
threshold stands, by all of its voxels, for as many as there are above it.
"""

import json
import pathlib
import sys

import numpy as np
import SimpleITK as sitk
from reference_program import FEWEST_VOXELS, Config, standardise, tumour_box, window


def voxels_of(sample, config):
    """The windowed HU that count and the weight of each of them; None where resampling leaves no tumour."""
    ct, mask = standardise(sample, config)
    if tumour_box(mask) is None:
        return None
    values = sitk.GetArrayFromImage(window(ct, config)).reshape(-1).astype(np.float64)
    above = values[values > config.norm_threshold_hu]
    if len(above) >= FEWEST_VOXELS:
        return above, 1.0
    return values, max(1, len(above)) / len(values)


def main(job_path):
    job = json.loads(pathlib.Path(job_path).read_text())
    config = Config(**job["config"])
    cases = [case for case in (voxels_of(sample, config) for sample in job["samples"]) if case is not None]
    total = sum(weight * len(values) for values, weight in cases)
    mu = sum(weight * values.sum() for values, weight in cases) / total
    variance = sum(weight * ((values - mu) ** 2).sum() for values, weight in cases) / total
    json.dump({"patients": len(cases), "global_mu": float(mu), "global_sigma": float(np.sqrt(variance))}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
