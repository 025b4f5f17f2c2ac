"""Draws the ROIs of an RT Structure Set on its CT by dcmrtstruct2nii: FILE and CT folder in, OUT/ROI.raw out, uint8, x fastest.

    draw_structure_set.py FILE CT OUT
"""

import pathlib
import sys
import tempfile

import SimpleITK as sitk
from dcmrtstruct2nii import dcmrtstruct2nii

structure_set, ct, out = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    dcmrtstruct2nii(structure_set, ct, folder, convert_original_dicom=False)
    for path in pathlib.Path(folder).glob("mask_*.nii.gz"):
        mask = sitk.GetArrayFromImage(sitk.ReadImage(path)) > 0
        mask.astype("uint8").tofile(pathlib.Path(out) / f"{path.name[len('mask_'):-len('.nii.gz')]}.raw")
