#!/usr/bin/env bash
# dcmqi numbers the labels that a mask has: label 3 is segment 3 in one patient, and 2 in the next, who has no label 2.
#
# Date:      2026-11-29
# Versions:  dcmqi 1.5.7, highdicom 0.28.2, SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6
# Guess:     one meta.json for a cohort gives all its SEGs the same segments, with the labelIDs as their numbers, so that the
#            way back by segimage2itkimage gives the label maps.
# Behaviour: itkimage2segimage describes the labels that occur and numbers them from 1. A patient without label 2 gets no word of
#            that segment, and label 3 as segment 2; on the way back it is label 2, in the voxels and in meta.json. Names are
#            right, numbers are not. --useLabelIDAsSegmentNumber does not help, since segments of a BINARY SEG count from 1
#            without a gap: that patient fails. With it a LABELMAP keeps its numbers, but only up to 255: above, it fails as
#            if the mask were empty. highdicom keeps a segment that has no pixel, and so the number of the next.
# Seen (number and name of each segment; label and number of the voxels that come back; `own`: --useLabelIDAsSegmentNumber):
#   1 2 3  BINARY                 1 liver, 2 tumour, 3 vessel; back 1:40 2:12 3:6
#   1 3    BINARY                 1 liver, 2 vessel; back 1:40 2:6
#   1 3    BINARY, own            Cannot sort segments by label, because the label numbers are not monotonically increasing from 1!
#   1 3    LABELMAP               0 Background, 1 liver, 2 vessel; back 1:40 2:6
#   1 3    LABELMAP, own          0 Background, 1 liver, 3 vessel; back 1:40 3:6
#   1 300  LABELMAP, own          No input labels found - input segmentation is empty!
#   1 3    BINARY, by highdicom   1 liver, 2 tumour, 3 vessel; back 1:40 3:6
#   holds: dcmqi 1.5.7 leaves segments without a pixel out, and numbers the others anew
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dcmqi==1.5.7 highdicom==0.28.2 SimpleITK==2.5.7 \
  pydicom==3.0.2 numpy==2.4.6

cd "$work"
PATH="$work/venv/bin:$PATH" python -W ignore - <<'PY'
import json
import pathlib
import shutil
import subprocess
import sys

import highdicom as hd
import numpy as np
import SimpleITK as sitk
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

folder = pathlib.Path("ct")
folder.mkdir()
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
    ds.save_as(folder / f"{k}.dcm", enforce_file_format=True)
    images.append(ds)

NAMES = {1: "liver", 2: "tumour", 3: "vessel", 300: "tissue"}
# Slices, rows and columns of each.
BOXES = {1: np.s_[1:3, 2:6, 2:7], 2: np.s_[3:4, 2:5, 2:6], 3: np.s_[4:5, 2:4, 2:5], 300: np.s_[4:5, 2:4, 2:5]}


def code(value, meaning):
    return {"CodeValue": value, "CodingSchemeDesignator": "SCT", "CodeMeaning": meaning}


def label_map(labels):
    array = np.zeros((6, 16, 16), np.uint16)
    for label in labels:
        array[BOXES[label]] = label
    return array


def counts(array):
    values, voxels = np.unique(array, return_counts=True)
    return " ".join(f"{value}:{count}" for value, count in zip(values, voxels) if value > 0)


def described(labels):
    segments = [
        {
            "labelID": label,
            "SegmentLabel": NAMES[label],
            "SegmentAlgorithmType": "MANUAL",
            "SegmentedPropertyCategoryCodeSequence": code("85756007", "Tissue"),
            "SegmentedPropertyTypeCodeSequence": code("85756007", "Tissue"),
        }
        for label in labels
    ]
    meta = {"ContentCreatorName": "maker", "SeriesDescription": "mask", "SeriesNumber": "2", "InstanceNumber": "1"}
    return json.dumps({**meta, "segmentAttributes": [segments]})


def by_dcmqi(labels, options, names=(1, 2, 3)):
    shutil.rmtree("out", ignore_errors=True)
    out = pathlib.Path("out")
    out.mkdir()
    image = sitk.GetImageFromArray(label_map(labels))
    image.SetSpacing((1, 1, 3))
    sitk.WriteImage(image, "out/mask.nii.gz")
    (out / "meta.json").write_text(described(names))
    write = ["itkimage2segimage", "--inputImageList", "out/mask.nii.gz", "--inputDICOMDirectory", "ct"]
    write += ["--inputMetadata", "out/meta.json", "--outputDICOM", "out/seg.dcm", *options]
    run = subprocess.run(write, capture_output=True, text=True)
    if run.returncode != 0:
        lines = (run.stdout + run.stderr).splitlines()
        return next(line for line in lines if "ERROR: " in line).split("ERROR: ")[1]
    read = ["segimage2itkimage", "--inputDICOM", "out/seg.dcm", "--outputDirectory", "out", "-t", "nrrd", "--mergeSegments"]
    subprocess.run(read, check=True, capture_output=True)
    segments = ", ".join(f"{item.SegmentNumber} {item.SegmentLabel}" for item in dcmread("out/seg.dcm").SegmentSequence)
    return f"{segments}; back {counts(sitk.GetArrayFromImage(sitk.ReadImage('out/1.nrrd')))}"


def by_highdicom(labels):
    segments = [
        hd.seg.SegmentDescription(
            label, NAMES[label], codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
        )
        for label in (1, 2, 3)
    ]
    seg = hd.seg.Segmentation(
        images, label_map(labels), "BINARY", segments, hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1"
    )
    segments = ", ".join(f"{item.SegmentNumber} {item.SegmentLabel}" for item in seg.SegmentSequence)
    return f"{segments}; back {counts(seg.get_volume(combine_segments=True).array)}"


def check(what, seen, before):
    print(f"{what:28}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


own, labelmap = "--useLabelIDAsSegmentNumber", ["--segmentationType", "labelmap"]
whole = "1 liver, 2 tumour, 3 vessel; back 1:40 2:12 3:6"
check("1 2 3  BINARY", by_dcmqi([1, 2, 3], []), whole)
check("1 3    BINARY", by_dcmqi([1, 3], []), "1 liver, 2 vessel; back 1:40 2:6")
gap = "Cannot sort segments by label, because the label numbers are not monotonically increasing from 1!"
check("1 3    BINARY, own", by_dcmqi([1, 3], [own]), gap)
check("1 3    LABELMAP", by_dcmqi([1, 3], labelmap), "0 Background, 1 liver, 2 vessel; back 1:40 2:6")
seen = by_dcmqi([1, 3], [*labelmap, own])
check("1 3    LABELMAP, own", seen, "0 Background, 1 liver, 3 vessel; back 1:40 3:6")
seen = by_dcmqi([1, 300], [*labelmap, own], (1, 300))
check("1 300  LABELMAP, own", seen, "No input labels found - input segmentation is empty!")
check("1 3    BINARY, by highdicom", by_highdicom([1, 3]), "1 liver, 2 tumour, 3 vessel; back 1:40 3:6")
PY
echo "holds: dcmqi 1.5.7 leaves segments without a pixel out, and numbers the others anew"
