"""Writes small multi-frame CT images with highdicom, SimpleITK and pydicom, into test/goldens/multiframe.json.

    .venv/bin/python test/reference/record_multiframe.py

Each entry holds a file (gzip, base64) made of the same synthetic volume, what its writer was given (HU, LPS grid), and,
where dcm2niix is installed and reads it, whether its voxels agree.
"""

import base64
import gzip
import io
import json
import pathlib
import shutil
import subprocess
import tempfile

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
COLUMNS, ROWS, SLICES = 13, 9, 18
SPACING = (0.9765625, 0.75, 3.0)
ORIGIN = (-101.5, -77.25, -340.0)
CT, ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1"


def volume():
    """HU, z y x: a ramp with air at one end and bone at the other."""
    z, y, x = np.meshgrid(range(SLICES), range(ROWS), range(COLUMNS), indexing="ij")
    return ((z * 61 + y * 37 + x * 101) % 2300 - 1024).astype(np.int16)


def uid(n):
    return f"2.25.{7000 + n}"


def patient(ds, sop_class, instance):
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid(instance)
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "A^B", "P", "", "O"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = uid(1), uid(2), uid(3)
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber, ds.AccessionNumber = "1", 1, instance, ""
    ds.StudyDate = ds.SeriesDate = ds.ContentDate = ds.AcquisitionDate = "20200101"
    ds.StudyTime = ds.SeriesTime = ds.ContentTime = ds.AcquisitionTime = "101010"
    ds.Modality, ds.Manufacturer, ds.ManufacturerModelName, ds.ReferringPhysicianName = "CT", "Maker", "Model", ""
    ds.SoftwareVersions, ds.DeviceSerialNumber, ds.PositionReferenceIndicator, ds.Laterality = "1", "1", "", ""
    ds.PatientPosition = "HFS"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = sop_class, ds.SOPInstanceUID
    return ds


def pixels(ds, stored, frames=None):
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    if frames is not None:
        ds.NumberOfFrames = frames
    ds.PixelData = stored.astype("<u2").tobytes()
    return ds


def position(k):
    return [ORIGIN[0], ORIGIN[1], ORIGIN[2] + k * SPACING[2]]


def single_frames(hu):
    """The slices as CT images, feet last, so that the instance number runs against z."""
    for n, k in enumerate(reversed(range(SLICES)), 1):
        ds = patient(Dataset(), CT, 100 + n)
        ds.InstanceNumber, ds.AcquisitionNumber = n, 1
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.ImagePositionPatient, ds.ImageOrientationPatient = position(k), [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness, ds.KVP = [SPACING[1], SPACING[0]], SPACING[2], 120
        ds.ConvolutionKernel = "B30f"
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = -1024, 1, "HU"
        ds.BurnedInAnnotation = "NO"
        yield pixels(ds, hu[k] + 1024)


def item(**attributes):
    ds = Dataset()
    for name, value in attributes.items():
        setattr(ds, name, value)
    return [ds]


def enhanced(hu, step):
    """Enhanced CT: frames in a shuffled order, their intercepts `step` apart, orientation and spacing shared."""
    order = [(7 * n) % SLICES for n in range(SLICES)]
    ds = patient(Dataset(), ENHANCED_CT, 300)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    shared = Dataset()
    shared.PixelMeasuresSequence = item(PixelSpacing=[SPACING[1], SPACING[0]], SliceThickness=SPACING[2])
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    shared.CTReconstructionSequence = item(ConvolutionKernel="B30f")
    shared.CTXRayDetailsSequence = item(KVP="120")
    shared.CTImageFrameTypeSequence = item(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = []
    stored = []
    for n, k in enumerate(order):
        frame = Dataset()
        frame.PlanePositionSequence = item(ImagePositionPatient=position(k))
        intercept = -1024 - step * (n % 2)
        frame.PixelValueTransformationSequence = item(
            RescaleIntercept=str(intercept), RescaleSlope="1", RescaleType="HU"
        )
        ds.PerFrameFunctionalGroupsSequence.append(frame)
        stored.append(hu[k].astype(np.int32) - intercept)
    return pixels(ds, np.stack(stored), SLICES)


def legacy(hu):
    return hd.legacy.LegacyConvertedEnhancedCTImage(
        list(single_frames(hu)), series_instance_uid=uid(2), series_number=1, sop_instance_uid=uid(400), instance_number=1
    )


def written_by_itk(hu, modality):
    """What ITK writes of a volume into one file: Enhanced CT, or secondary capture where it is not told that it is CT;
    that one holds unsigned values only."""
    image = sitk.GetImageFromArray(hu if modality else (hu + 1024).astype(np.uint16))
    image.SetSpacing(SPACING)
    image.SetOrigin(ORIGIN)
    if modality:
        image.SetMetaData("0008|0060", modality)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/volume.dcm"
        writer = sitk.ImageFileWriter()
        writer.KeepOriginalImageUIDOn()
        writer.SetFileName(path)
        writer.Execute(image)
        ds = pydicom.dcmread(path)
        ds.Modality = "CT"
        if not modality:
            ds.RescaleIntercept, ds.RescaleSlope = -1024, 1
        return ds


def encoded(ds):
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


def dcm2niix_agrees(data, hu):
    if shutil.which("dcm2niix") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "image.dcm").write_bytes(data)
        subprocess.run(["dcm2niix", "-f", "out", "-o", folder, folder], capture_output=True)
        made = sorted(pathlib.Path(folder).glob("*.nii"))
        if len(made) != 1:
            return None
        image = sitk.DICOMOrient(sitk.ReadImage(str(made[0])), "LPS")
        same = np.array_equal(sitk.GetArrayFromImage(image), hu)
        return bool(same and np.allclose(image.GetOrigin(), ORIGIN, atol=1e-3))


HU = volume()
entries = {}
MADE = {
    "enhanced": enhanced(HU, 0),
    "enhanced-mixed-rescale": enhanced(HU, 2),
    "legacy-highdicom": legacy(HU),
    "itk-ct": written_by_itk(HU, "CT"),
    "itk-secondary-capture": written_by_itk(HU, ""),
}
for name, ds in MADE.items():
    data = encoded(ds)
    entries[name] = {
        "sop_class": ds.SOPClassUID.name,
        "dcm2niix_agrees": dcm2niix_agrees(data, HU),
        "file": base64.b64encode(gzip.compress(data, 9, mtime=0)).decode(),
    }
    print(name, ds.SOPClassUID.name, len(data), entries[name]["dcm2niix_agrees"])
content = {
    "highdicom": hd.__version__,
    "pydicom": pydicom.__version__,
    "SimpleITK": sitk.Version_VersionString(),
    "size": [COLUMNS, ROWS, SLICES],
    "spacing_mm": SPACING,
    "origin_lps_mm": ORIGIN,
    "hu": base64.b64encode(gzip.compress(HU.astype("<i2").tobytes(), 9, mtime=0)).decode(),
    "files": entries,
}
(GOLDENS / "multiframe.json").write_text(json.dumps(content, indent=1) + "\n")
