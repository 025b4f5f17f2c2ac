#!/usr/bin/env bash
# A mask that rt-utils writes as RTSTRUCT comes back whole in rt-utils, and a row and a column smaller in plastimatch.
#
# Date:      2026-11-28
# Versions:  rt-utils 1.2.7, opencv-python 5.0.0.93, SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6, plastimatch 1.9.4 of
#            Debian 12 (1.9.4+dfsg.2-0+deb12u1)
# Guess:     contours run round the voxels of the mask, so that any reader which fills polygons gets the mask back. The round
#            trip in rt-utils shows it: no voxel differs.
# Behaviour: contours run through the centres of the outermost voxels (OpenCV's findContours), half a voxel inside the mask,
#            and rt-utils reads them with OpenCV too, which paints the line itself. A reader that asks which centres lie
#            within a polygon finds the outermost ones on the line and, to count none twice, takes two sides of four. A mask
#            of 4 x 4 voxels comes back as 3 x 3, 44 % smaller; what is one voxel wide is a contour of one or two
#            points and vanishes.
# Seen (voxels of the mask, and of what comes back):
#   plastimatch 1.9.4+dfsg.2-0+deb12u1
#   mask                 voxels  rt-utils  plastimatch
#   12 x 12, 3 slices       432       432          363
#   4 x 4                    16        16            9
#   3 x 3                     9         9            4
#   10 in a row              10        10            0
#   one                       1         1            0
#   holds: masks that rt-utils 1.2.7 writes are a row and a column smaller in plastimatch
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check rt-utils==1.2.7 opencv-python==5.0.0.93 \
  SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6

# plastimatch comes as a Debian package alone. Where it is not installed, its packages are unpacked here, after `apt-get update`.
cd "$work"
if command -v plastimatch > /dev/null; then
  version=$(dpkg-query -W -f '${Version}' plastimatch)
  plastimatch() { command plastimatch "$@"; }
else
  mkdir -p debs/partial root
  apt-get install -qq -y --download-only --no-install-recommends \
    -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" -o Dir::Cache::archives="$work/debs" plastimatch > apt.log
  for deb in debs/*.deb; do dpkg -x "$deb" root; done
  version=$(dpkg-deb -f debs/plastimatch_*.deb Version)
  libraries=$(find "$work/root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
  dictionary=$(find "$work/root" -name dicom.dic)
  plastimatch() { DCMDICTPATH="$dictionary" LD_LIBRARY_PATH="$libraries" root/usr/bin/plastimatch "$@"; }
fi

venv/bin/python - <<'PY'
import contextlib
import io
import pathlib

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from rt_utils import RTStructBuilder

folder = pathlib.Path("ct")
folder.mkdir()
study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()
for k in range(6):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study_uid, series_uid, frame_uid
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
    ds.PatientID = ds.PatientName = ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ""
    ds.StudyDate, ds.StudyTime = "20200101", "100000"
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-16, -16, 3 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
    ds.Rows = ds.Columns = 32
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = bytes(2 * 32 * 32)
    ds.save_as(folder / f"{k}.dcm", enforce_file_format=True)

masks = {name: np.zeros((32, 32, 6), bool) for name in ("block", "four", "three", "row", "one")}
masks["block"][8:20, 8:20, 1:4] = True
masks["four"][10:14, 10:14, 2] = True
masks["three"][10:13, 10:13, 2] = True
masks["row"][10, 10:20, 2] = True
masks["one"][10, 10, 2] = True
structures = RTStructBuilder.create_new("ct")
for name, mask in masks.items():
    structures.add_roi(mask=mask, name=name)
with contextlib.redirect_stdout(io.StringIO()):
    structures.save("rt.dcm")
PY
plastimatch convert --input rt.dcm --referenced-ct ct --output-prefix masks --prefix-format nrrd > plastimatch.log
echo "plastimatch $version"
venv/bin/python - <<'PY'
import sys

import SimpleITK as sitk
from rt_utils import RTStructBuilder

before = {
    "block": ("12 x 12, 3 slices", 432, 432, 363),
    "four": ("4 x 4", 16, 16, 9),
    "three": ("3 x 3", 9, 9, 4),
    "row": ("10 in a row", 10, 10, 0),
    "one": ("one", 1, 1, 0),
}
structures = RTStructBuilder.create_from("ct", "rt.dcm")
print("mask                 voxels  rt-utils  plastimatch")
for name, (what, voxels, *wanted) in before.items():
    own = int(structures.get_roi_mask_by_name(name).sum())
    other = int((sitk.GetArrayFromImage(sitk.ReadImage(f"masks/{name}.nrrd")) > 0).sum())
    print(f"{what:20} {voxels:6}  {own:8}  {other:11}")
    if [own, other] != wanted:
        sys.exit(f"changed: {wanted} before")
PY
echo "holds: masks that rt-utils 1.2.7 writes are a row and a column smaller in plastimatch"
