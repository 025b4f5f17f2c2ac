"""Writes LUNG1-001 with DICOM SEG files as Lung1 has them, by dcmqi and by highdicom: folders DATA in, OUT/PATIENT out.

    write_lung1_seg.py ../shared/data OUT

Each patient holds all files of the real one, one SEG of four ROIs on every slice, the tumour second to last under the
label "Neoplasm, Primary", and two more SEG files of the same study: one on another series, whose left lung is named as
the tumour is, and one on the same series without a tumour. Names sort the own one last.
"""

import copy
import io
import pathlib
import sys
import zipfile

import pydicom
import SimpleITK as sitk
from pydicom.uid import generate_uid
from segmentations import Segment, write_dcmqi, write_highdicom

PATIENT = "LUNG1-001"
ANATOMY = "Anatomical Structure"


def read_patient(data):
    with zipfile.ZipFile(data / "lung1" / f"{PATIENT}.zip") as archive:
        return [archive.read(name) for name in sorted(archive.namelist()) if not name.endswith("/")]


def published_mask(data, roi):
    return sitk.GetArrayFromImage(sitk.ReadImage(data / "lung1-masks" / PATIENT / "plastimatch-2020" / f"{roi}.nrrd"))


def on_another_series(datasets):
    """The same images as if they were another series of the study, in another frame of reference."""
    series, frame = generate_uid(), generate_uid()
    for ds in datasets:
        other = copy.deepcopy(ds)
        other.SeriesInstanceUID, other.FrameOfReferenceUID = series, frame
        other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        yield other


def main(data, out):
    contents = read_patient(data)
    datasets = [pydicom.dcmread(io.BytesIO(content)) for content in contents]
    ct = [ds for ds in datasets if ds.Modality == "CT"]
    masks = {roi: published_mask(data, roi) for roi in ("Lung-Left", "Lung-Right", "Spinal-Cord", "GTV-1")}
    own = [
        Segment(ANATOMY, "Lung-Left", masks["Lung-Left"]),
        Segment(ANATOMY, "Lung-Right", masks["Lung-Right"]),
        Segment("Neoplasm, Primary", "GTV-1", masks["GTV-1"]),
        Segment(ANATOMY, "Spinal-Cord", masks["Spinal-Cord"]),
    ]
    foreign = [Segment("Neoplasm, Primary", "GTV-1", masks["Lung-Left"])]
    healthy = [Segment(ANATOMY, "Lung-Right", masks["Lung-Right"])]
    elsewhere = list(on_another_series(ct))
    for writer, write in (("dcmqi", write_dcmqi), ("highdicom", write_highdicom)):
        folder = out / f"{PATIENT}-{writer}"
        folder.mkdir(parents=True)
        for n, content in enumerate(contents):
            (folder / f"{n:04}.dcm").write_bytes(content)
        write(folder / "a-foreign.dcm", elsewhere, foreign)
        write(folder / "b-healthy.dcm", ct, healthy)
        write(folder / "c-own.dcm", ct, own)


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
