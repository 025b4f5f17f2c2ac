"""Records small DICOM SEG files as dcmqi and highdicom write them, into test/goldens/seg-writers.json.

    .venv/bin/python test/reference/record_seg_writers.py

The masks are formulas (`SHAPES`), as test/dicom/mask/seg-writers.test.ts has them, on a CT that it makes again: `ct_slice`.
Each file holds every slice of every segment, empty ones too. UIDs and dates differ from one recording to the next.
"""

import base64
import gzip
import importlib.metadata
import json
import pathlib
import tempfile
import warnings

import highdicom as hd
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless
from segmentations import Segment, write_dcmqi, write_highdicom

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"
# Rows x columns is no multiple of 8.
COLUMNS, ROWS, SLICES = 37, 34, 12

z, y, x = np.mgrid[0:SLICES, 0:ROWS, 0:COLUMNS]
SHAPES = {
    "Lung-Left": (x >= 3) & (x < 13) & (y >= 4) & (y < 22) & (z >= 1) & (z < 11),
    "Lung-Right": (x >= 27) & (x < 35) & (y >= 5) & (y < 20) & (z >= 2) & (z < 12),
    "GTV-1": 4 * (x - 20) ** 2 + 9 * (y - 12) ** 2 + 16 * (z - 7) ** 2 <= 144,
    "Spinal-Cord": (abs(x - 19) <= 1) & (abs(y - 25) <= 1),
}
LABELS = {"GTV-1": "Neoplasm, Primary"}


def ct_slice(k):
    ds = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"2.25.{3000 + k}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = "2.25.999", "2.25.1000", "2.25.2000"
    ds.Modality, ds.ImageType, ds.Manufacturer = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"], "swinprep"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "Phantom^Seg", "PHANTOM", "", "O"
    ds.StudyID, ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.ReferringPhysicianName = "1", "20200101", "000000", "", ""
    ds.SeriesNumber, ds.InstanceNumber, ds.PositionReferenceIndicator = 1, k + 1, ""
    ds.ImagePositionPatient, ds.ImageOrientationPatient = [-15, 20, -100 + 2.5 * k], [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing, ds.SliceThickness = [0.75, 0.5], 2.5
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.Rows, ds.Columns = 1, "MONOCHROME2", ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    ds.RescaleIntercept, ds.RescaleSlope = 0, 1
    ds.PixelData = bytes(2 * ROWS * COLUMNS)
    return ds


WRITERS = {
    "dcmqi": lambda *to: write_dcmqi(*to),
    "dcmqi, deflated": lambda *to: write_dcmqi(*to, "--compress", "deflate"),
    "dcmqi, LABELMAP": lambda *to: write_dcmqi(*to, "--segmentationType", "labelmap"),
    "highdicom": lambda *to: write_highdicom(*to),
    "highdicom, FRACTIONAL, RLE": lambda *to: write_highdicom(*to, "FRACTIONAL", transfer_syntax_uid=RLELossless),
    "highdicom, LABELMAP": lambda *to: write_highdicom(*to, "LABELMAP"),
    "highdicom, LABELMAP, JPEG 2000": lambda *to: write_highdicom(*to, "LABELMAP", transfer_syntax_uid=JPEG2000Lossless),
}


def written(write, folder):
    path = pathlib.Path(folder) / "seg.dcm"
    segments = [Segment(LABELS.get(name, name), name, mask) for name, mask in SHAPES.items()]
    write(path, [ct_slice(k) for k in range(SLICES)], segments)
    ds = pydicom.dcmread(path)
    print(ds.SegmentationType, ds.file_meta.TransferSyntaxUID, ds.NumberOfFrames, path.stat().st_size)
    return base64.b64encode(gzip.compress(path.read_bytes(), mtime=0)).decode()


warnings.simplefilter("ignore")
with tempfile.TemporaryDirectory() as folder:
    files = {name: written(write, folder) for name, write in WRITERS.items()}
versions = {"dcmqi": importlib.metadata.version("dcmqi"), "highdicom": hd.__version__}
(GOLDENS / "seg-writers.json").write_text(json.dumps(versions | {"files": files}, indent=1) + "\n")
