#!/usr/bin/env bash
# One slice of a CT is missing: of three converters no two make the same of it, and two put slices to wrong places.
#
# Date:      2026-11-28
# Versions:  dcm2niix v1.0.20260724, SimpleITK 2.5.7, dicom2nifti 2.6.2, pydicom 3.0.2, nibabel 5.4.2, numpy 2.4.6
# Guess:     Image Position tells where each slice lies, so the volume has a plane for the missing one, or is refused.
# Behaviour: dcm2niix stacks the slices that are there as if none were missing, all at the first distance: what lies beyond
#            the gap moves by 3 mm, and where the gap comes first, all beyond it move ever farther, by 9 mm in the end.
#            SimpleITK spaces all by the mean distance, so that both ends fit and the middle does not (a warning goes to
#            stderr). dicom2nifti refuses. dcm2niix makes a second volume, `_Eq`, that is right, with the missing plane
#            interpolated, but of signed pixels only. Of unsigned ones it says that it could do so with 16-bit integers,
#            which they are; the wrong volume is all there is, and the exit code is 1.
# Seen (slices lie at the mm of the first line of each block; below, where each volume puts them):
#   unsigned pixels: [0, 3, 9, 12, 15]
#     dcm2niix, exit code 1       v.nii        [0, 3, 6, 9, 12]
#     SimpleITK                                [0, 3.75, 7.5, 11.25, 15]
#     dicom2nifti                              refused: SLICE_INCREMENT_INCONSISTENT
#   signed pixels: [0, 3, 9, 12, 15]
#     dcm2niix, exit code 0       v.nii        [0, 3, 6, 9, 12]
#     dcm2niix, exit code 0       v_Eq_1.nii   [0, 3, 9, 12, 15], and 6 interpolated
#     SimpleITK                                [0, 3.75, 7.5, 11.25, 15]
#     dicom2nifti                              refused: SLICE_INCREMENT_INCONSISTENT
#   unsigned pixels: [0, 6, 9, 12, 15]
#     dcm2niix, exit code 1       v.nii        [0, 6, 12, 18, 24]
#     SimpleITK                                [0, 3.75, 7.5, 11.25, 15]
#     dicom2nifti                              refused: SLICE_INCREMENT_INCONSISTENT
#   holds: with a missing slice dcm2niix and SimpleITK put slices to wrong places, and dicom2nifti refuses
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dcm2niix==1.0.20260724 SimpleITK==2.5.7 \
  dicom2nifti==2.6.2 pydicom==3.0.2 nibabel==5.4.2 numpy==2.4.6

cd "$work"
PATH="$work/venv/bin:$PATH" python - <<'PY'
import contextlib
import io
import logging
import pathlib
import subprocess
import sys

import dicom2nifti
import nibabel
import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def write_ct(folder, places, signed):
    """Slice n, from 1 on, has 100 * n HU in every pixel."""
    folder.mkdir()
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    intercept = 0 if signed else -1024
    for n, z in enumerate(places, 1):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
        ds.StudyDate, ds.StudyTime, ds.Manufacturer = "20200101", "100000", "SIEMENS"
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.Modality, ds.SeriesNumber, ds.AcquisitionNumber, ds.InstanceNumber = "CT", 1, 1, n
        ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
        ds.Rows = ds.Columns = 16
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, int(signed)
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, intercept, "HU"
        ds.PixelData = np.full((16, 16), 100 * n - intercept, "<i2").tobytes()
        ds.save_as(folder / f"{n}.dcm", enforce_file_format=True)


def placed(values, first, step):
    """Where a volume has its slices, by their HU, and which of its planes is none of them."""
    at = {int(value): first + k * step for k, value in enumerate(values)}
    slices = [f"{at[value]:g}" for value in sorted(at) if value % 100 == 0]
    made = [f"{at[value]:g}" for value in at if value % 100 != 0]
    return f"[{', '.join(slices)}]" + (f", and {', '.join(made)} interpolated" if made else "")


def by_dcm2niix(folder):
    run = subprocess.run(["dcm2niix", "-z", "n", "-b", "n", "-f", "v", "-o", ".", folder], cwd=folder, capture_output=True)
    for path in sorted(folder.glob("*.nii")):
        volume = nibabel.load(path)
        yield f"dcm2niix, exit code {run.returncode}", path.name, placed(
            volume.get_fdata()[0, 0], volume.affine[2, 3], volume.affine[2, 2]
        )


def by_simpleitk(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    yield "SimpleITK", "", placed(sitk.GetArrayFromImage(image)[:, 0, 0], image.GetOrigin()[2], image.GetSpacing()[2])


def by_dicom2nifti(folder):
    logging.disable()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            dicom2nifti.dicom_series_to_nifti(folder, folder / "other.nii", reorient_nifti=False)
        yield "dicom2nifti", "", "a volume"
    except dicom2nifti.exceptions.ConversionValidationError as error:
        yield "dicom2nifti", "", f"refused: {error}"


refused = "refused: SLICE_INCREMENT_INCONSISTENT"
contiguous, mean = "[0, 3, 6, 9, 12]", "[0, 3.75, 7.5, 11.25, 15]"
right = "[0, 3, 9, 12, 15], and 6 interpolated"
cases = [
    ([0, 3, 9, 12, 15], False, [contiguous, mean, refused]),
    ([0, 3, 9, 12, 15], True, [contiguous, right, mean, refused]),
    ([0, 6, 9, 12, 15], False, ["[0, 6, 12, 18, 24]", mean, refused]),
]
for number, (places, signed, before) in enumerate(cases):
    print(f"{'signed' if signed else 'unsigned'} pixels: {places}")
    seen = []
    for converter in (by_dcm2niix, by_simpleitk, by_dicom2nifti):
        folder = pathlib.Path(f"{converter.__name__}{number}").resolve()
        write_ct(folder, places, signed)
        for who, file, where in converter(folder):
            print(f"  {who:26}  {file:11}  {where}")
            seen.append(where)
            if who.startswith("dcm2niix") and who[-1] != ("0" if signed else "1"):
                sys.exit("changed: the exit code of dcm2niix")
    if seen != before:
        sys.exit(f"changed: before it was {before}")
PY
echo "holds: with a missing slice dcm2niix and SimpleITK put slices to wrong places, and dicom2nifti refuses"
