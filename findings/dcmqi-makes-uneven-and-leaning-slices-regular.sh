#!/usr/bin/env bash
# Of a SEG on uneven or leaning slices dcmqi makes a regular volume: slices move, and two in one place are added up.
#
# Date:      2026-11-29
# Versions:  dcmqi 1.5.7, highdicom 0.28.2, SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6
# Guess:     a SEG whose frames are no regular volume is refused, as by highdicom, or put where its frames say.
# Behaviour: segimage2itkimage rounds each frame to the nearest slice of a grid from the lowest frame on, with Slice Thickness as
#            the step, and ends well. What it says is `WARNING: SliceThickness is present and is 3. using it!`, and nothing
#            of the slices that it moved, by up to 1.5 mm, or of two that fell into one, whose pixels are united. Of a tilted
#            gantry the lean is dropped: the mask stands upright, and its top lies as far off as the gantry leans. A lean
#            the other way is an error on stderr, with exit code 0 and no file.
# Seen (z and set pixels of slices; of leaning ones y of the first row in the lowest and in the highest):
#   even
#     frames     0:1 3:2 6:3 9:4 12:5 15:6
#     dcmqi      0:1 3:2 6:3 9:4 12:5 15:6, exit code 0, no word
#     highdicom  a volume of 6 slices
#   wider above
#     frames     0:1 3:2 6:3 9:4 13:5 17:6
#     dcmqi      0:1 3:2 6:3 9:4 12:5 15:0 18:6, exit code 0, WARNING: SliceThickness is present and is 3. using it!
#     highdicom  RuntimeError: Frame positions do not form a regularly-spaced volume.
#   closer above
#     frames     0:1 3:2 6:3 9:4 10.1:5 11.3:6
#     dcmqi      0:1 3:2 6:3 9:6 12:6, exit code 0, WARNING: SliceThickness is present and is 3. using it!
#     highdicom  RuntimeError: Frame positions do not form a regularly-spaced volume.
#   leaning
#     frames     0:1 3:2 6:3 9:4 12:5 15:6, y 0 to 5
#     dcmqi      0:1 3:2 6:3 9:4 12:5 15:6, y 0 to 0, exit code 0, WARNING: SliceThickness is present and is 3. using it!
#     highdicom  RuntimeError: Frame positions do not form a regularly-spaced volume.
#   the other way
#     frames     0:1 3:2 6:3 9:4 12:5 15:6, y 0 to -5
#     dcmqi      no file, exit code 0, WARNING: SliceThickness is present and is 3. using it!; ERROR: Frame 0
#     highdicom  RuntimeError: Frame positions do not form a regularly-spaced volume.
#   holds: dcmqi 1.5.7 puts the frames of uneven and leaning slices on a regular grid
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dcmqi==1.5.7 highdicom==0.28.2 SimpleITK==2.5.7 \
  pydicom==3.0.2 numpy==2.4.6

cd "$work"
PATH="$work/venv/bin:$PATH" python -W ignore - <<'PY'
import pathlib
import subprocess
import sys

import highdicom as hd
import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def ct(heights, lean):
    study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()
    images = []
    for k, z in enumerate(heights):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study_uid, series_uid, frame_uid
        ds.PatientID = ds.PatientName = ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ds.AccessionNumber = ""
        ds.StudyDate, ds.StudyTime = "20200101", "100000"
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
        ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, lean * z, z], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
        ds.Rows = ds.Columns = 16
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
        ds.PixelData = bytes(2 * 16 * 16)
        images.append(ds)
    return images


mask = np.zeros((6, 16, 16), np.uint8)
for k in range(6):
    mask[k, 0, k : 2 * k + 1] = 1


def check(what, seen, before):
    print(f"  {what:9}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


def counts(heights, array):
    return " ".join(f"{z:g}:{int(plane.sum())}" for z, plane in zip(heights, array))


def show(name, heights, lean, by_dcmqi, by_highdicom):
    print(name)
    segment = hd.seg.SegmentDescription(
        1, "GTV-1", codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
    )
    seg = hd.seg.Segmentation(
        ct(heights, lean), mask, "BINARY", [segment], hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1"
    )
    folder = pathlib.Path(name.split(",")[0].replace(" ", "-"))
    folder.mkdir()
    seg.save_as(folder / "seg.dcm")
    convert = ["segimage2itkimage", "--inputDICOM", str(folder / "seg.dcm"), "--outputDirectory", str(folder), "-t", "nrrd"]
    run = subprocess.run(convert, capture_output=True, text=True)
    y = "" if lean == 0 else f", y {0:g} to {lean * heights[-1]:g}"
    print(f"  frames     {counts(heights, mask)}{y}")
    if (folder / "1.nrrd").exists():
        image = sitk.ReadImage(str(folder / "1.nrrd"))
        places = [image.TransformIndexToPhysicalPoint((0, 0, k)) for k in range(image.GetSize()[2])]
        seen = counts([z for _, _, z in places], sitk.GetArrayFromImage(image))
        if lean != 0:
            seen += f", y {places[0][1]:g} to {places[-1][1]:g}"
    else:
        seen = "no file"
    words = [line for line in run.stderr.splitlines() if line.startswith(("WARNING", "ERROR"))]
    words = [word.split("origin")[0].strip() if word.startswith("ERROR") else word for word in words]
    check("dcmqi", f"{seen}, exit code {run.returncode}, {'; '.join(words) or 'no word'}", by_dcmqi)
    try:
        volume = seg.get_volume()
        seen = f"a volume of {volume.shape[0]} slices"
    except RuntimeError as error:
        seen = f"RuntimeError: {error}"
    check("highdicom", seen, by_highdicom)


warning = "WARNING: SliceThickness is present and is 3. using it!"
refused = "RuntimeError: Frame positions do not form a regularly-spaced volume."
even = "0:1 3:2 6:3 9:4 12:5 15:6"
show("even", [0, 3, 6, 9, 12, 15], 0, f"{even}, exit code 0, no word", "a volume of 6 slices")
show("wider above", [0, 3, 6, 9, 13, 17], 0, f"0:1 3:2 6:3 9:4 12:5 15:0 18:6, exit code 0, {warning}", refused)
show("closer above", [0, 3, 6, 9, 10.1, 11.3], 0, f"0:1 3:2 6:3 9:6 12:6, exit code 0, {warning}", refused)
show("leaning", [0, 3, 6, 9, 12, 15], 1 / 3, f"{even}, y 0 to 0, exit code 0, {warning}", refused)
show("the other way", [0, 3, 6, 9, 12, 15], -1 / 3, f"no file, exit code 0, {warning}; ERROR: Frame 0", refused)
PY
echo "holds: dcmqi 1.5.7 puts the frames of uneven and leaning slices on a regular grid"
