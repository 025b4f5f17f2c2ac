#!/usr/bin/env bash
# dcmqi turns a FRACTIONAL segment into voxels of 0 to 255 under the label 1: a probability of 0.2 becomes 51.
#
# Date:      2026-11-28
# Versions:  dcmqi 1.5.7, highdicom 0.28.2, pydicom 3.0.2, SimpleITK 2.5.7, numpy 2.4.6
# Guess:     segimage2itkimage gives a label map, 0 or the labelID that its meta.json states, as it does for BINARY; or of
#            probabilities real numbers from 0 to 1, as highdicom does.
# Behaviour: voxels are the stored ones, share times Maximum Fractional Value, as int16, and meta.json says labelID 1 as for
#            BINARY. Nothing says that they are shares, nor of what: neither SegmentationType nor Maximum Fractional Value
#            is in meta.json. `== 1` finds no voxel of the segment, `> 0` finds all that were thought possible at all,
#            and since the values are whole numbers they pass for labels.
# Seen (shares given to 20 voxels each: 0.2, 0.5 and 1; values that come out):
#   BINARY      labelID 1  dcmqi 0 1  highdicom 0 1
#   FRACTIONAL  labelID 1  dcmqi 0 51 128 255  highdicom 0 0.2 0.502 1
#   FRACTIONAL  voxels == 1: 0, > 0: 60, at least half: 40
#   FRACTIONAL  meta.json: no word of fractional
#   holds: dcmqi 1.5.7 gives the stored values of a FRACTIONAL segment as if they were labels
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dcmqi==1.5.7 highdicom==0.28.2 pydicom==3.0.2 \
  SimpleITK==2.5.7 numpy==2.4.6

cd "$work"
PATH="$work/venv/bin:$PATH" python -W ignore - <<'PY'
import json
import pathlib
import subprocess
import sys

import highdicom as hd
import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()
images = []
for k in range(6):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study_uid, series_uid, frame_uid
    ds.PatientID = ds.PatientName = ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ds.AccessionNumber = ""
    ds.StudyDate, ds.StudyTime = "20200101", "100000"
    ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 3 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
    ds.Rows = ds.Columns = 16
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.PixelData = bytes(2 * 16 * 16)
    images.append(ds)

shares = np.zeros((6, 16, 16))
for k, share in ((1, 0.2), (2, 0.5), (3, 1)):
    shares[k, 4:8, 4:9] = share


def words(values):
    return " ".join(f"{value:.3g}" for value in values)


def check(seen, before):
    print(seen)
    if seen != before:
        sys.exit(f"changed: `{before}` before")


before = {"BINARY": ("0 1", "0 1"), "FRACTIONAL": ("0 51 128 255", "0 0.2 0.502 1")}
for kind, (by_dcmqi, by_highdicom) in before.items():
    segment = hd.seg.SegmentDescription(
        1, "GTV-1", codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
    )
    array = shares if kind == "FRACTIONAL" else (shares > 0).astype(np.uint8)
    seg = hd.seg.Segmentation(
        images, array, kind, [segment], hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1"
    )
    seg.save_as(f"{kind}.dcm")
    folder = pathlib.Path(kind)
    folder.mkdir()
    convert = ["segimage2itkimage", "--inputDICOM", f"{kind}.dcm", "--outputDirectory", kind, "-t", "nrrd"]
    subprocess.run(convert, check=True, capture_output=True)
    meta = (folder / "meta.json").read_text()
    label = json.loads(meta)["segmentAttributes"][0][0]["labelID"]
    voxels = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "1.nrrd")))
    seen = f"dcmqi {words(np.unique(voxels))}  highdicom {words(np.unique(seg.get_volume().array))}"
    check(f"{kind:10}  labelID {label}  {seen}", f"{kind:10}  labelID 1  dcmqi {by_dcmqi}  highdicom {by_highdicom}")
counts = [int(chosen.sum()) for chosen in (voxels == 1, voxels > 0, voxels >= 127.5)]
line = "FRACTIONAL  voxels == 1: {}, > 0: {}, at least half: {}"
check(line.format(*counts), line.format(0, 60, 40))
word = "fractional" in meta.lower() or "probability" in meta.lower()
check(f"FRACTIONAL  meta.json: {'a' if word else 'no'} word of fractional", "FRACTIONAL  meta.json: no word of fractional")
PY
echo "holds: dcmqi 1.5.7 gives the stored values of a FRACTIONAL segment as if they were labels"
