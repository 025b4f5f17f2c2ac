#!/usr/bin/env bash
# highdicom turns a stack round: what it is given from the feet up, it stores and gives back from the head down.
#
# Date:      2026-11-28
# Versions:  highdicom 0.28.2, SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6
# Guess:     slice n of the array that was given to Segmentation is slice n of its frames and of get_volume(), at least
#            where no frame is left out; and highdicom's array of a CT has the order of SimpleITK's, by growing z.
# Behaviour: frames are stored by falling z, whatever the order of source images and pixel array, and volumes begin at the
#            top with a slice axis that points down. So do those of a CT (get_volume_from_series). Each volume's affine
#            says so, and positions are right; but laid over an array of SimpleITK without a look at the affine, the mask
#            is upside down, and where empty frames are left out, shorter too.
# Seen (number of set pixels, or HU, of each slice):
#   array given, z from 0 to 27         [0, 0, 1, 2, 3, 4, 5, 6, 7, 0]
#   frames stored                       [7, 6, 5, 4, 3, 2, 1]
#     z                                 [24, 21, 18, 15, 12, 9, 6]
#   get_volume of the mask              [7, 6, 5, 4, 3, 2, 1], step along z -3
#   with omit_empty_frames=False        [0, 7, 6, 5, 4, 3, 2, 1, 0, 0], step along z -3
#   get_volume_from_series of the CT    [900, 800, 700, 600, 500, 400, 300, 200, 100, 0], step along z -3
#   SimpleITK's volume of the CT        [0, 100, 200, 300, 400, 500, 600, 700, 800, 900], step along z 3
#   holds: volumes of highdicom 0.28.2 begin at the top, those of SimpleITK at the bottom
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check highdicom==0.28.2 SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6

cd "$work"
venv/bin/python -W ignore - <<'PY'
import pathlib
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
for k in range(10):
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
    ds.RescaleSlope, ds.RescaleIntercept = 1, 0
    ds.PixelData = np.full((16, 16), 100 * k, "<i2").tobytes()
    ds.save_as(folder / f"{k}.dcm", enforce_file_format=True)
images = [dcmread(folder / f"{k}.dcm") for k in range(10)]

mask = np.zeros((10, 16, 16), np.uint8)
for k in range(2, 9):
    mask[k, : k - 1, 0] = 1


def segmentation(**options):
    segment = hd.seg.SegmentDescription(
        1, "GTV-1", codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
    )
    return hd.seg.Segmentation(
        images, mask, "BINARY", [segment], hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1", **options
    )


def sums(array):
    return [int(plane.sum()) for plane in array]


def check(name, seen, before):
    print(f"{name:34}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


def of_volume(values, volume):
    return f"{values}, step along z {volume.affine[2, 0]:g}"


check("array given, z from 0 to 27", sums(mask), [0, 0, 1, 2, 3, 4, 5, 6, 7, 0])
seg = segmentation()
check("frames stored", sums(seg.pixel_array), [7, 6, 5, 4, 3, 2, 1])
heights = [
    int(frame.PlanePositionSequence[0].ImagePositionPatient[2]) for frame in seg.PerFrameFunctionalGroupsSequence
]
check("  z", heights, [24, 21, 18, 15, 12, 9, 6])
volume = seg.get_volume()
before = "[7, 6, 5, 4, 3, 2, 1], step along z -3"
check("get_volume of the mask", of_volume(sums(volume.array), volume), before)
volume = segmentation(omit_empty_frames=False).get_volume()
before = "[0, 7, 6, 5, 4, 3, 2, 1, 0, 0], step along z -3"
check("with omit_empty_frames=False", of_volume(sums(volume.array), volume), before)
volume = hd.get_volume_from_series(images)
hu = [int(value) for value in volume.array[:, 0, 0]]
before = f"{[100 * k for k in range(9, -1, -1)]}, step along z -3"
check("get_volume_from_series of the CT", of_volume(hu, volume), before)
reader = sitk.ImageSeriesReader()
reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
image = reader.Execute()
hu = sitk.GetArrayFromImage(image)[:, 0, 0].tolist()
before = f"{[100 * k for k in range(10)]}, step along z 3"
check("SimpleITK's volume of the CT", f"{hu}, step along z {image.GetSpacing()[2]:g}", before)
PY
echo "holds: volumes of highdicom 0.28.2 begin at the top, those of SimpleITK at the bottom"
