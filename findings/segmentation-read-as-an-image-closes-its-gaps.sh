#!/usr/bin/env bash
# A SEG opened as an image is a pile of frames: slices left out are closed up, and segments lie on top of one another.
#
# Date:      2026-11-29
# Versions:  SimpleITK 2.5.7, dcm2niix 1.0.20260724, dcmqi 1.5.7, highdicom 0.28.2, pydicom 3.0.2, nibabel 5.4.2, numpy 2.4.6
# Guess:     ReadImage and dcm2niix, which open a SEG without an error, give its mask: where it lies, or not at all.
# Behaviour: both give the frames, one on the other. SEGs leave empty slices out by default, and neither leaves a place for
#            them: a mask with a gap comes out shorter, with what lies beyond the gap in the wrong place. Segments become one
#            image, in SimpleITK one above the other, in dcm2niix shuffled by z. Where frames are not at even distances
#            SimpleITK takes 1 mm, and lets z grow although the frames run from the head down; dcm2niix takes the
#            distance of the first two. A mask of one piece comes out right, so that a trial goes well. dcmqi and highdicom read
#            the position of each frame.
# Seen (set pixels of slices, each with its z; the CT has slices at z 0, 3, 6, 9, 12, 15):
#   whole: slices of 1 to 6 pixels at z 0 to 15
#     dcmqi      0:1 3:2 6:3 9:4 12:5 15:6
#     SimpleITK  15:6 12:5 9:4 6:3 3:2 0:1
#     dcm2niix   0:1 3:2 6:3 9:4 12:5 15:6
#   gap: nothing at z 9
#     dcmqi      0:1 3:2 6:3 9:0 12:5 15:6
#     SimpleITK  15:6 16:5 17:3 18:2 19:1
#     dcm2niix   0:1 3:2 6:3 9:5 12:6
#   two segments: 1 to 6 pixels at z 0 to 15, and 4 pixels at z 3 to 9
#     dcmqi      0:1 3:2 6:3 9:4 12:5 15:6  and  0:0 3:4 6:4 9:4 12:0 15:0
#     SimpleITK  15:6 16:5 17:4 18:3 19:2 20:1 21:4 22:4 23:4
#     dcm2niix   0:1 3:2 6:4 9:3 12:4 15:4 18:4 21:5 24:6
#   holds: SimpleITK 2.5.7 and dcm2niix 1.0.20260724 leave no place for frames that a SEG leaves out
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 dcm2niix==1.0.20260724 dcmqi==1.5.7 \
  highdicom==0.28.2 pydicom==3.0.2 nibabel==5.4.2 numpy==2.4.6

cd "$work"
PATH="$work/venv/bin:$PATH" python -W ignore - <<'PY'
import pathlib
import subprocess
import sys

import highdicom as hd
import nibabel
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


def write(name, masks):
    segments = [
        hd.seg.SegmentDescription(
            number, f"GTV-{number}", codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL
        )
        for number in range(1, len(masks) + 1)
    ]
    seg = hd.seg.Segmentation(
        images, np.stack(masks, -1), "BINARY", segments, hd.UID(), 2, hd.UID(), 1, "maker", "model", "1", "1"
    )
    pathlib.Path(name).mkdir()
    seg.save_as(f"{name}/seg.dcm")


def slices(heights, array):
    return " ".join(f"{z:g}:{int((plane > 0).sum())}" for z, plane in zip(heights, array))


def of_image(image):
    heights = [image.TransformIndexToPhysicalPoint((0, 0, k))[2] for k in range(image.GetSize()[2])]
    return slices(heights, sitk.GetArrayFromImage(image))


def by_dcmqi(name):
    convert = ["segimage2itkimage", "--inputDICOM", f"{name}/seg.dcm", "--outputDirectory", name, "-t", "nrrd"]
    subprocess.run(convert, check=True, capture_output=True)
    return "  and  ".join(of_image(sitk.ReadImage(str(path))) for path in sorted(pathlib.Path(name).glob("*.nrrd")))


def by_dcm2niix(name):
    out = pathlib.Path(f"{name}-nifti")
    out.mkdir()
    subprocess.run(["dcm2niix", "-f", "seg", "-o", str(out), name], check=True, capture_output=True)
    image = nibabel.load(out / "seg.nii")
    array = np.asarray(image.dataobj)
    heights = [(image.affine @ [0, 0, k, 1])[2] for k in range(array.shape[2])]
    return slices(heights, array.transpose(2, 1, 0))


def check(who, seen, before):
    print(f"  {who:9}  {seen}")
    if seen != before:
        sys.exit(f"changed: {before} before")


mask = np.zeros((6, 16, 16), np.uint8)
for k in range(6):
    mask[k, 0, : k + 1] = 1
gap = mask.copy()
gap[3] = 0
other = np.zeros((6, 16, 16), np.uint8)
other[1:4, 8:10, 8:10] = 1

print("whole: slices of 1 to 6 pixels at z 0 to 15")
write("whole", [mask])
check("dcmqi", by_dcmqi("whole"), "0:1 3:2 6:3 9:4 12:5 15:6")
check("SimpleITK", of_image(sitk.ReadImage("whole/seg.dcm")), "15:6 12:5 9:4 6:3 3:2 0:1")
check("dcm2niix", by_dcm2niix("whole"), "0:1 3:2 6:3 9:4 12:5 15:6")
print("gap: nothing at z 9")
write("gap", [gap])
check("dcmqi", by_dcmqi("gap"), "0:1 3:2 6:3 9:0 12:5 15:6")
check("SimpleITK", of_image(sitk.ReadImage("gap/seg.dcm")), "15:6 16:5 17:3 18:2 19:1")
check("dcm2niix", by_dcm2niix("gap"), "0:1 3:2 6:3 9:5 12:6")
print("two segments: 1 to 6 pixels at z 0 to 15, and 4 pixels at z 3 to 9")
write("two", [mask, other])
check("dcmqi", by_dcmqi("two"), "0:1 3:2 6:3 9:4 12:5 15:6  and  0:0 3:4 6:4 9:4 12:0 15:0")
check("SimpleITK", of_image(sitk.ReadImage("two/seg.dcm")), "15:6 16:5 17:4 18:3 19:2 20:1 21:4 22:4 23:4")
check("dcm2niix", by_dcm2niix("two"), "0:1 3:2 6:4 9:3 12:4 15:4 18:4 21:5 24:6")
PY
echo "holds: SimpleITK 2.5.7 and dcm2niix 1.0.20260724 leave no place for frames that a SEG leaves out"
