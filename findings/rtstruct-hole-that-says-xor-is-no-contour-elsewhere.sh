#!/usr/bin/env bash
# The contour type that the standard has for holes, CLOSEDPLANAR_XOR, takes the whole structure away in four readers of five.
#
# Date:      2026-11-29
# Versions:  dcmrtstruct2nii 5, platipy 0.7.2, dicompyler-core 0.5.6, rt-utils 1.2.7, shapely 2.2.0, SimpleITK 2.5.7,
#            opencv-python 5.0.0.93, pydicom 2.4.5, numpy 2.4.6, plastimatch 1.9.4 of Debian 12 (1.9.4+dfsg.2-0+deb12u1)
# Guess:     a ring drawn by two contours that say CLOSEDPLANAR_XOR (DICOM PS3.3 C.8.8.6.3) is read as a ring, or refused: of two
#            that say CLOSED_PLANAR nobody can tell whether the inner one is a hole.
# Behaviour: plastimatch says `Skipping geometric type` in its log and writes no such structure, with --xor-contours neither;
#            dcmrtstruct2nii writes an empty mask, platipy no file, and dicompyler-core gives a volume of 0, all three without
#            an error. rt-utils looks at no type, and has the ring. Of two contours that say CLOSED_PLANAR plastimatch alone
#            fills the hole, unless --xor-contours is given. A keyhole, one contour that runs in and out, is a ring in all.
# Seen (voxels; 768 with the hole filled, 660 without, and more where platipy and rt-utils paint the line too; of
# dicompyler-core cm3, the first and the last slice counted half):
#   plastimatch 1.9.4+dfsg.2-0+deb12u1
#                                   full   keyhole       two       xor
#   plastimatch                      768       660       768      none
#   plastimatch --xor-contours       768       660       660      none
#   dcmrtstruct2nii                  768       660       660         0
#   platipy                          867       792       720      none
#   dicompyler-core                1.536      1.32      1.32       0.0
#   rt-utils                         867       792       792       792
#   plastimatch says           Skipping geometric type: [CLOSEDPLANAR_XOR]
#   holds: four of five readers leave contours of type CLOSEDPLANAR_XOR out
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check dcmrtstruct2nii==5 platipy==0.7.2 dicompyler-core==0.5.6 \
  rt-utils==1.2.7 shapely==2.2.0 SimpleITK==2.5.7 opencv-python==5.0.0.93 pydicom==2.4.5 numpy==2.4.6

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
import pathlib

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RTStructureSetStorage, generate_uid

folder = pathlib.Path("ct")
folder.mkdir()
study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()


def header(class_uid, series, modality, number):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = class_uid, generate_uid()
    ds.SOPClassUID, ds.SOPInstanceUID = class_uid, ds.file_meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study_uid, series, frame_uid
    ds.PatientID = ds.PatientName = ds.PatientBirthDate = ds.PatientSex = ds.StudyID = ds.AccessionNumber = ""
    ds.StudyDate, ds.StudyTime = "20200101", "100000"
    ds.Manufacturer = ds.ReferringPhysicianName = ds.OperatorsName = ds.PositionReferenceIndicator = ""
    ds.SeriesDescription, ds.Modality, ds.SeriesNumber = modality, modality, number
    ds.is_little_endian, ds.is_implicit_VR = True, False
    return ds


def item(**elements):
    ds = Dataset()
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    return ds


images = {}
for k in range(6):
    ds = header(CTImageStorage, series_uid, "CT", 1)
    ds.InstanceNumber = k + 1
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 3 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
    ds.Rows = ds.Columns = 32
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleSlope, ds.RescaleIntercept = 1, 0
    ds.PixelData = bytes(2 * 32 * 32)
    ds.save_as(folder / f"{k}.dcm", write_like_original=False)
    images[3 * k] = item(ReferencedSOPClassUID=CTImageStorage, ReferencedSOPInstanceUID=ds.SOPInstanceUID)

OUTER = [(4.5, 4.5), (20.5, 4.5), (20.5, 20.5), (4.5, 20.5)]
INNER = [(9.5, 9.5), (9.5, 15.5), (15.5, 15.5), (15.5, 9.5)]
STRUCTURES = {
    "full": ("CLOSED_PLANAR", [OUTER]),
    "keyhole": ("CLOSED_PLANAR", [[*OUTER, OUTER[0], *INNER, INNER[0]]]),
    "two": ("CLOSED_PLANAR", [OUTER, INNER]),
    "xor": ("CLOSEDPLANAR_XOR", [OUTER, INNER]),
}


def contour(kind, points, z):
    return item(
        ContourImageSequence=[images[z]],
        ContourGeometricType=kind,
        NumberOfContourPoints=len(points),
        ContourData=[value for x, y in points for value in (x, y, z)],
    )


ds = header(RTStructureSetStorage, generate_uid(), "RTSTRUCT", 2)
ds.StructureSetLabel, ds.StructureSetDate, ds.StructureSetTime = "rings", "20200101", "100000"
series = item(SeriesInstanceUID=series_uid, ContourImageSequence=list(images.values()))
study = item(
    ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1", ReferencedSOPInstanceUID=study_uid, RTReferencedSeriesSequence=[series]
)
ds.ReferencedFrameOfReferenceSequence = [item(FrameOfReferenceUID=frame_uid, RTReferencedStudySequence=[study])]
ds.StructureSetROISequence, ds.ROIContourSequence, ds.RTROIObservationsSequence = [], [], []
for number, (name, (kind, outlines)) in enumerate(STRUCTURES.items(), 1):
    roi = item(ROINumber=number, ReferencedFrameOfReferenceUID=frame_uid, ROIName=name, ROIGenerationAlgorithm="")
    ds.StructureSetROISequence.append(roi)
    contours = [contour(kind, points, z) for z in (3, 6, 9) for points in outlines]
    ds.ROIContourSequence.append(item(ReferencedROINumber=number, ROIDisplayColor=[255, 0, 0], ContourSequence=contours))
    roi = item(ObservationNumber=number, ReferencedROINumber=number, RTROIInterpretedType="", ROIInterpreter="")
    ds.RTROIObservationsSequence.append(roi)
ds.save_as("rt.dcm", write_like_original=False)
PY
plastimatch convert --input rt.dcm --referenced-ct ct --output-prefix plastimatch --prefix-format nrrd > plastimatch.log
plastimatch convert --xor-contours --input rt.dcm --referenced-ct ct --output-prefix xor --prefix-format nrrd > xor.log
echo "plastimatch $version"
venv/bin/python -W ignore - <<'PY'
import contextlib
import io
import pathlib
import sys

import SimpleITK as sitk
from dicompylercore.dicomparser import DicomParser
from platipy.dicom.io.rtstruct_to_nifti import convert_rtstruct
from rt_utils import RTStructBuilder

NAMES = ("full", "keyhole", "two", "xor")
pathlib.Path("nii").mkdir()
pathlib.Path("platipy").mkdir()
with contextlib.redirect_stdout(io.StringIO()):
    from dcmrtstruct2nii import dcmrtstruct2nii

    dcmrtstruct2nii("rt.dcm", "ct", "nii")
    convert_rtstruct("ct", "rt.dcm", output_dir="platipy", prefix="")


def voxels(path):
    if not pathlib.Path(path).exists():
        return "none"
    return int((sitk.GetArrayFromImage(sitk.ReadImage(path)) > 0).sum())


def check(who, seen, before):
    print(f"{who:26}" + "".join(f"{value:>10}" for value in seen))
    if seen != before:
        sys.exit(f"changed: {before} before")


rt_utils = RTStructBuilder.create_from("ct", "rt.dcm")
dicompyler = DicomParser("rt.dcm")
print(f"{'':26}" + "".join(f"{name:>10}" for name in NAMES))
check("plastimatch", [voxels(f"plastimatch/{name}.nrrd") for name in NAMES], [768, 660, 768, "none"])
check("plastimatch --xor-contours", [voxels(f"xor/{name}.nrrd") for name in NAMES], [768, 660, 660, "none"])
check("dcmrtstruct2nii", [voxels(f"nii/mask_{name}.nii.gz") for name in NAMES], [768, 660, 660, 0])
check("platipy", [voxels(f"platipy/{name}.nii.gz") for name in NAMES], [867, 792, 720, "none"])
volumes = [
    round(dicompyler.CalculateStructureVolume(dicompyler.GetStructureCoordinates(number), 3), 3)
    for number in dicompyler.GetStructures()
]
check("dicompyler-core", volumes, [1.536, 1.32, 1.32, 0.0])
check("rt-utils", [int(rt_utils.get_roi_mask_by_name(name).sum()) for name in NAMES], [867, 792, 792, 792])
lines = pathlib.Path("plastimatch.log").read_text().splitlines()
word = next((line.strip() for line in lines if "XOR" in line), "nothing")
check("plastimatch says", [word], ["Skipping geometric type: [CLOSEDPLANAR_XOR]"])
PY
echo "holds: four of five readers leave contours of type CLOSEDPLANAR_XOR out"
