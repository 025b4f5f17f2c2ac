#!/usr/bin/env bash
# A probability map without a tumour: of zeros highdicom makes a FRACTIONAL segmentation, of small values an IndexError.
#
# Date:      2026-11-29
# Versions:  highdicom 0.28.2, pydicom 3.0.2, numpy 2.4.6
# Guess:     any array of probabilities becomes a FRACTIONAL segmentation. What highdicom does where nothing is set it says
#            itself: empty frames are left out by default, and if all are empty, all are kept, since one there must be.
# Behaviour: whether all are empty is asked of the values as given, whether a frame is left out of the values as stored, rounded
#            to shares of 255. Where no probability reaches 1/510, every frame is left out, and the constructor ends in
#            an IndexError that names neither frames nor probabilities. The softmax of a network is nowhere 0: a patient without
#            a tumour is such a map, and the one of a cohort that stops the export. With max_fractional_value=100
#            it begins at 1/200. omit_empty_frames=False helps.
# Seen (frames stored, of a map that has one value everywhere, and the largest value stored):
#   0       default                       6 frames, 0
#   0.001   default                       IndexError: list index out of range
#   0.002   default                       6 frames, 1
#   0.004   default                       6 frames, 1
#   0.004   max_fractional_value=100      IndexError: list index out of range
#   0.001   omit_empty_frames=False       6 frames, 0
#   0.001 and one voxel of 0.9, default   1 frame, 230
#   holds: highdicom 0.28.2 cannot write a FRACTIONAL segmentation whose values all round to 0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check highdicom==0.28.2 pydicom==3.0.2 numpy==2.4.6

cd "$work"
venv/bin/python -W ignore - <<'PY'
import logging
import sys

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

logging.disable()
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


def written(probabilities, **options):
    segment = hd.seg.SegmentDescription(
        1, "GTV-1", codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
    )
    try:
        seg = hd.seg.Segmentation(
            images, probabilities, "FRACTIONAL", [segment], hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1", **options
        )
    except IndexError as error:
        return f"IndexError: {error}"
    frames = int(seg.NumberOfFrames)
    return f"{frames} frame{'s' if frames > 1 else ''}, {seg.pixel_array.max()}"


def check(name, seen, before):
    print(f"{name:36}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


def everywhere(value):
    return np.full((6, 16, 16), value, np.float32)


failed = "IndexError: list index out of range"
check("0       default", written(everywhere(0)), "6 frames, 0")
check("0.001   default", written(everywhere(0.001)), failed)
check("0.002   default", written(everywhere(0.002)), "6 frames, 1")
check("0.004   default", written(everywhere(0.004)), "6 frames, 1")
check("0.004   max_fractional_value=100", written(everywhere(0.004), max_fractional_value=100), failed)
check("0.001   omit_empty_frames=False", written(everywhere(0.001), omit_empty_frames=False), "6 frames, 0")
spot = everywhere(0.001)
spot[2, 8, 8] = 0.9
check("0.001 and one voxel of 0.9, default", written(spot), "1 frame, 230")
PY
echo "holds: highdicom 0.28.2 cannot write a FRACTIONAL segmentation whose values all round to 0"
