#!/usr/bin/env bash
# pydicom's decompress() gives an image another SOP Instance UID, and what refers to the image refers to nothing.
#
# Date:      2026-11-28
# Versions:  pydicom 3.0.2, rt-utils 1.2.7, numpy 2.4.6
# Guess:     lossless compression and its undoing change how pixels are stored, not which image it is; structure sets and
#            segmentations of the series go on fitting.
# Behaviour: compress() and decompress() make up a new SOP Instance UID by default (generate_instance_uid=True), for
#            lossless syntaxes too. Decompressing a series once, so that any program can read it, cuts it off from every
#            RTSTRUCT and SEG: rt-utils refuses the structure set that it had just read. Reading pixel_array leaves the UID
#            as it is, as does generate_instance_uid=False.
# Seen:
#   RTSTRUCT on the RLE series: read
#   pixel_array: same UID
#   decompress(generate_instance_uid=False): same UID
#   decompress(): other UID, SeriesInstanceUID kept
#   RTSTRUCT on the decompressed series: refused, references image(s) that are not contained in input series data
#   holds: decompress() of pydicom 3.0.2 renames images, and rt-utils finds none that its structure set refers to
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 rt-utils==1.2.7 numpy==2.4.6

cd "$work"
venv/bin/python - <<'PY'
import contextlib
import io
import pathlib
import sys

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless, generate_uid
from rt_utils import RTStructBuilder

series = pathlib.Path("ct")
series.mkdir()
study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()
for k in range(4):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study_uid, series_uid, frame_uid
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
    ds.PatientID = ds.PatientName = ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ""
    ds.StudyDate, ds.StudyTime = "20200101", "100000"
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 3 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
    ds.Rows = ds.Columns = 16
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
    ds.PixelData = np.full((16, 16), 1000 + k, "<u2").tobytes()
    ds.compress(RLELossless, generate_instance_uid=False)
    ds.save_as(series / f"{k}.dcm", enforce_file_format=True)

mask = np.zeros((16, 16, 4), bool)
mask[4:8, 4:8, 1:3] = True
with contextlib.redirect_stdout(io.StringIO()):
    structures = RTStructBuilder.create_new(str(series))
    structures.add_roi(mask=mask, name="GTV-1")
    structures.save("rt.dcm")


def read_structures():
    try:
        RTStructBuilder.create_from(str(series), "rt.dcm").get_roi_mask_by_name("GTV-1")
        return "read"
    except Exception as error:
        about = "references image(s) that are not contained in input series data"
        return f"refused, {about}" if about in str(error) else f"refused, {error}"


def check(seen, before):
    print(seen)
    if seen != before:
        sys.exit(f"changed: `{before}` before")


check(f"RTSTRUCT on the RLE series: {read_structures()}", "RTSTRUCT on the RLE series: read")
ds = dcmread(series / "0.dcm")
uid = ds.SOPInstanceUID
ds.pixel_array
check(f"pixel_array: {'same' if ds.SOPInstanceUID == uid else 'other'} UID", "pixel_array: same UID")
ds.decompress(generate_instance_uid=False)
same = f"decompress(generate_instance_uid=False): {'same' if ds.SOPInstanceUID == uid else 'other'} UID"
check(same, "decompress(generate_instance_uid=False): same UID")

for path in series.iterdir():
    ds = dcmread(path)
    uid = ds.SOPInstanceUID
    ds.decompress()
    kept = "kept" if ds.SeriesInstanceUID == series_uid else "changed"
    other = f"decompress(): {'same' if ds.SOPInstanceUID == uid else 'other'} UID, SeriesInstanceUID {kept}"
    ds.save_as(path)
check(other, "decompress(): other UID, SeriesInstanceUID kept")
check(
    f"RTSTRUCT on the decompressed series: {read_structures()}",
    "RTSTRUCT on the decompressed series: refused, references image(s) that are not contained in input series data",
)
PY
echo "holds: decompress() of pydicom 3.0.2 renames images, and rt-utils finds none that its structure set refers to"
