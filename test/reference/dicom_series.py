"""Writes the largest CT series of a patient's zip as NIfTI, read as the reference's users read it: by GDCM through SimpleITK.

    dicom_series.py PATIENT.zip OUT.nii.gz
"""

import pathlib
import sys
import tempfile
import zipfile

import SimpleITK as sitk


def largest_series(folder):
    """File names of the series with the most files, in GDCM's order."""
    reader = sitk.ImageSeriesReader
    names = [
        reader.GetGDCMSeriesFileNames(str(place), series)
        for place in {file.parent for file in folder.rglob("*.dcm")}
        for series in reader.GetGDCMSeriesIDs(str(place))
    ]
    return max(names, key=len)


def main(zip_path, out):
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(zip_path).extractall(folder)
        image = sitk.ReadImage(largest_series(pathlib.Path(folder)))
        sitk.WriteImage(sitk.Cast(image, sitk.sitkInt16), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
