"""The tumour masks of convert as BINARY DICOM SEG by highdicom, on the images of the CT, whose pixels are not read.

    highdicom_seg.py RAW INTERIM OUT

RAW/PATIENT/**/*.dcm and INTERIM/PATIENT/tumor.nii.gz in, OUT/PATIENT/seg.dcm out, with frames where there is something.
"""

import pathlib
import sys

import highdicom as hd
import nibabel
import numpy as np
import pydicom
from dicom_front_end import print_startup
from pydicom.sr.codedict import codes

TUMOUR = hd.seg.SegmentDescription(
    segment_number=1,
    segment_label="GTV-1",
    segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
    segmented_property_type=codes.SCT.Neoplasm,
    algorithm_type=hd.seg.SegmentAlgorithmTypeValues.SEMIAUTOMATIC,
    algorithm_identification=hd.AlgorithmIdentificationSequence(
        name="unknown", version="0", family=codes.cid7162.ArtificialIntelligence
    ),
)


def write_segmentation(patient, mask, out):
    headers = [pydicom.dcmread(file, stop_before_pixels=True) for file in sorted(patient.rglob("*.dcm"))]
    images = [header for header in headers if header.Modality == "CT"]
    images.sort(key=lambda image: float(image.ImagePositionPatient[2]))
    voxels = np.asarray(nibabel.load(mask).dataobj).transpose(2, 1, 0)
    segmentation = hd.seg.Segmentation(
        source_images=images,
        pixel_array=np.ascontiguousarray(voxels),
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[TUMOUR],
        series_instance_uid=hd.UID(),
        series_number=300,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="bench",
        manufacturer_model_name="bench",
        software_versions="1",
        device_serial_number="1",
        omit_empty_frames=True,
    )
    out.mkdir()
    segmentation.save_as(out / "seg.dcm")


def main(raw, interim, out):
    for patient in sorted(raw.iterdir()):
        write_segmentation(patient, interim / patient.name / "tumor.nii.gz", out / patient.name)


if __name__ == "__main__":
    print_startup()
    main(*map(pathlib.Path, sys.argv[1:]))
