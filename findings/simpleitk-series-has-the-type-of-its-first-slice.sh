#!/usr/bin/env bash
# SimpleITK gives a CT series the pixel type of its first slice, and HU of the others wrap round or lose their fraction.
#
# Date:      2026-11-28
# Versions:  SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6
# Guess:     each slice has its own Rescale Slope and Intercept, so ImageSeriesReader takes a type that holds the values of
#            all, or fails where there is none.
# Behaviour: it asks the first slice alone. Where that has unsigned pixels and intercept 0, the volume is uint16, and the
#            -1024 of a later slice becomes 64512; where it has whole numbers, the halves of later slices are cut off towards
#            zero. No error and no warning. The same slices the other way round come out right.
# Seen (HU stored in four slices; what is read):
#   intercept 0 first     [0, -1024, -924, 40]        16-bit unsigned integer [0, 64512, 64612, 40]
#   intercept 0 last      [-1024, -924, 40, 0]        32-bit signed integer   [-1024, -924, 40, 0]
#   slope 0.5 later       [40, 40.5, -40.5, 0]        32-bit signed integer   [40, 40, -40, 0]
#   slope 0.5 first       [40.5, -40.5, 0, 40]        64-bit float            [40.5, -40.5, 0, 40]
#   holds: the first slice decides the pixel type of a series that SimpleITK 2.5.7 reads
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6

cd "$work"
venv/bin/python - <<'PY'
import pathlib
import sys

import numpy as np
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def write_ct(folder, slices):
    """A CT series of constant slices, each given as (HU, slope, intercept)."""
    pathlib.Path(folder).mkdir()
    study, series = generate_uid(), generate_uid()
    for k, (hu, slope, intercept) in enumerate(slices):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
        ds.Modality, ds.SeriesNumber, ds.InstanceNumber = "CT", 1, k + 1
        ds.ImagePositionPatient, ds.ImageOrientationPatient = [0, 0, 3 * k], [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing, ds.SliceThickness = [1, 1], 3
        ds.Rows = ds.Columns = 8
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = str(slope), str(intercept), "HU"
        ds.PixelData = np.full((8, 8), round((hu - intercept) / slope), "<u2").tobytes()
        ds.save_as(f"{folder}/{k}.dcm", enforce_file_format=True)


def read(folder):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(folder))
    image = reader.Execute()
    return image.GetPixelIDTypeAsString(), sitk.GetArrayFromImage(image)[:, 0, 0].tolist()


whole, halves = (1, -1024), (0.5, -1024)
wanted = {
    "intercept 0 first": ([(0, 1, 0), (-1024, *whole), (-924, *whole), (40, *whole)], [0, 64512, 64612, 40]),
    "intercept 0 last": ([(-1024, *whole), (-924, *whole), (40, *whole), (0, 1, 0)], [-1024, -924, 40, 0]),
    "slope 0.5 later": ([(40, *whole), (40.5, *halves), (-40.5, *halves), (0, *halves)], [40, 40, -40, 0]),
    "slope 0.5 first": ([(40.5, *halves), (-40.5, *halves), (0, *whole), (40, *whole)], [40.5, -40.5, 0, 40]),
}
for number, (name, (slices, before)) in enumerate(wanted.items()):
    write_ct(f"ct{number}", slices)
    kind, values = read(f"ct{number}")
    shown = [f"{value:g}" for value in values]
    print(f"{name:20}  {str([hu for hu, *_ in slices]):26}  {kind:23} [{', '.join(shown)}]")
    if values != before:
        sys.exit(f"changed: {name}: {before} before")
PY
echo "holds: the first slice decides the pixel type of a series that SimpleITK 2.5.7 reads"
