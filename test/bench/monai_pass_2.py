"""Pass 2 by MONAI's transforms: from CT and tumour mask as NIfTI to the same four volumes.

    monai_pass_2.py INTERIM OUT MU SIGMA

INTERIM/PATIENT/{ct,tumor}.nii.gz in, OUT/PATIENT/*.nii.gz out. Resampling is in float32 (MONAI's default, float64, takes
several times as long); files are written through nibabel at its gzip level, 1.
"""

import json
import os
import pathlib
import sys
import time

import numpy as np
import torch
from monai.transforms import (
    Compose,
    CropForegroundd,
    LoadImaged,
    NormalizeIntensityd,
    Orientationd,
    ResizeWithPadOrCropd,
    SaveImaged,
    ScaleIntensityRanged,
    Spacingd,
)

SPACING_MM = (1.0, 1.0, 3.0)
PADDING_VOXELS = (60, 60, 15)
ROI_VOXELS = (192, 192, 64)
WINDOW_HU = (-900.0, 100.0)
BOTH = ["ct", "tumor"]


def save(key, folder, name, dtype):
    return SaveImaged(
        [key], output_dir=folder, output_postfix=name, output_dtype=dtype, separate_folder=False, print_log=False
    )


def pipeline(folder, mu, sigma):
    low, high = WINDOW_HU
    return Compose(
        [
            LoadImaged(BOTH, ensure_channel_first=True),
            Orientationd(BOTH, axcodes="RAS", labels=None),
            Spacingd(
                BOTH, pixdim=SPACING_MM, mode=("bilinear", "nearest"), padding_mode="border", dtype=torch.float32
            ),
            save("ct", folder, "hu_resampled_ras", np.float32),
            CropForegroundd(BOTH, source_key="tumor", margin=PADDING_VOXELS, allow_smaller=False),
            ResizeWithPadOrCropd(BOTH, ROI_VOXELS),
            save("ct", folder, "roi_hu", np.float32),
            save("tumor", folder, "roi", np.uint8),
            ScaleIntensityRanged(["ct"], a_min=low, a_max=high, b_min=low, b_max=high, clip=True),
            NormalizeIntensityd(["ct"], subtrahend=mu, divisor=sigma),
            save("ct", folder, "roi_norm", np.float32),
        ]
    )


def main(interim, out, mu, sigma):
    for patient in sorted(p for p in pathlib.Path(interim).iterdir() if p.is_dir()):
        folder = pathlib.Path(out) / patient.name
        files = {key: str(patient / f"{key}.nii.gz") for key in BOTH}
        pipeline(folder, float(mu), float(sigma))(files)


if __name__ == "__main__":
    print(json.dumps({"startup_s": round(time.time() - float(os.environ["BENCH_STARTED"]), 3)}))
    main(*sys.argv[1:])
