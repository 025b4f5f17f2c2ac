"""Tumour masks from DICOM SEG by highdicom, or from RTSTRUCT by numpy, on the grid of the CT, whose pixels are not read.

    highdicom_masks.py RAW OUT

RAW/PATIENT/**/*.dcm in, OUT/PATIENT.nii.gz out.
"""

import pathlib
import sys

import highdicom  # noqa: F401  loaded here, so that start-up holds it
import SimpleITK as sitk
from dicom_front_end import files_of, print_startup, read_tumour


def main(raw, out):
    for patient in sorted(pathlib.Path(raw).iterdir()):
        sitk.WriteImage(read_tumour(*files_of(patient)), str(pathlib.Path(out) / f"{patient.name}.nii.gz"))


if __name__ == "__main__":
    print_startup()
    main(*sys.argv[1:])
