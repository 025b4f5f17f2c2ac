"""DICOM SEG files of a CT by two writers in wide use: dcmqi, with which Lung1's were made, and highdicom."""

import json
import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid


@dataclass
class Segment:
    label: str
    description: str
    # z, y, x on the grid of the CT, slices ascending along their normal.
    mask: np.ndarray


def height_mm(ds):
    row, column = np.array(ds.ImageOrientationPatient, float).reshape(2, 3)
    return float(np.cross(row, column) @ np.array(ds.ImagePositionPatient, float))


def in_order(datasets):
    return sorted(datasets, key=height_mm)


def grid_image(mask, slices):
    """A mask as an ITK image on the grid of the CT."""
    first, last = slices[0], slices[-1]
    row, column = np.array(first.ImageOrientationPatient, float).reshape(2, 3)
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    spacing = (height_mm(last) - height_mm(first)) / (len(slices) - 1)
    image.SetSpacing([float(first.PixelSpacing[1]), float(first.PixelSpacing[0]), spacing])
    image.SetOrigin([float(mm) for mm in first.ImagePositionPatient])
    image.SetDirection(np.stack([row, column, np.cross(row, column)], axis=1).ravel().tolist())
    return image


def dcmqi_code(value, meaning):
    return {"CodeValue": value, "CodingSchemeDesignator": "SCT", "CodeMeaning": meaning}


def dcmqi_attributes(segment, label):
    return [
        {
            "labelID": label,
            "SegmentLabel": segment.label,
            "SegmentDescription": segment.description,
            "SegmentAlgorithmType": "MANUAL",
            "SegmentedPropertyCategoryCodeSequence": dcmqi_code("123037004", "Anatomical Structure"),
            "SegmentedPropertyTypeCodeSequence": dcmqi_code("91772007", "Structure"),
            "recommendedDisplayRGBValue": [220, 129, 101],
        }
    ]


def write_dcmqi(path, datasets, segments, *options):
    """Every slice for every segment (`--skip 0`), as Lung1 has it."""
    slices = in_order(datasets)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "ct").mkdir()
        for k, ds in enumerate(slices):
            ds.save_as(folder / "ct" / f"{k:04}.dcm")
        labels = list(range(1, len(segments) + 1))
        images = [folder / f"{n}.nrrd" for n in labels]
        for n, image, segment in zip(labels, images, segments):
            sitk.WriteImage(grid_image(segment.mask * n, slices), image)
        metadata = {
            "ContentCreatorName": "Reader",
            "SeriesDescription": "Segmentation",
            "SeriesNumber": "300",
            "InstanceNumber": "1",
            "segmentAttributes": [dcmqi_attributes(s, n) for s, n in zip(segments, labels)],
        }
        (folder / "metadata.json").write_text(json.dumps(metadata))
        writer = pathlib.Path(sys.executable).with_name("itkimage2segimage")
        arguments = {
            "--inputImageList": ",".join(map(str, images)),
            "--inputDICOMDirectory": folder / "ct",
            "--inputMetadata": folder / "metadata.json",
            "--outputDICOM": path,
            "--skip": 0,
        }
        command = [writer, *(part for pair in arguments.items() for part in pair), *options]
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if run.returncode != 0:
            raise RuntimeError(f"{run.stdout}\n{run.stderr}")


def highdicom_description(segment, number):
    description = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=segment.label,
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=pydicom.sr.coding.Code("91772007", "SCT", "Structure"),
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )
    description.SegmentDescription = segment.description
    return description


def write_highdicom(path, datasets, segments, kind="BINARY", **options):
    """Every slice for every segment (`omit_empty_frames=False`)."""
    slices = in_order(datasets)
    pixels = np.stack([s.mask for s in segments], axis=-1).astype(np.uint8)
    seg = hd.seg.Segmentation(
        source_images=slices,
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=[highdicom_description(s, n + 1) for n, s in enumerate(segments)],
        series_instance_uid=generate_uid(),
        series_number=301,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="swinprep",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
        omit_empty_frames=False,
        **options,
    )
    seg.save_as(path)
