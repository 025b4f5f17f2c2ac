"""CT series to NIfTI by dicom2nifti: RAW/PATIENT/**/*.dcm in, OUT/PATIENT.nii.gz out, at nibabel's gzip level, 1.

    dicom2nifti_series.py RAW OUT
"""

import json
import os
import pathlib
import sys
import time

import dicom2nifti


def ct_folder(patient):
    folders = [file.parent for file in patient.rglob("*.dcm")]
    return max(set(folders), key=folders.count)


def main(raw, out):
    for patient in sorted(pathlib.Path(raw).iterdir()):
        target = pathlib.Path(out) / f"{patient.name}.nii.gz"
        dicom2nifti.dicom_series_to_nifti(ct_folder(patient), target, reorient_nifti=False)


if __name__ == "__main__":
    print(json.dumps({"startup_s": round(time.time() - float(os.environ["BENCH_STARTED"]), 3)}))
    main(*sys.argv[1:])
