"""A patient with a DICOM SEG in place of the RTSTRUCT, by highdicom: published masks as segments, every slice for each.

    make_segmentation.py CT MASKS OUT

CT/*.dcm and MASKS/*.nrrd in, OUT/ct (hard links) and OUT/seg/seg.dcm out.
"""

import os
import pathlib
import sys

import pydicom
import SimpleITK as sitk

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "reference"))

from segmentations import Segment, write_highdicom  # noqa: E402


def main(ct, masks, out):
    (out / "ct").mkdir(parents=True)
    (out / "seg").mkdir()
    for file in ct.glob("*.dcm"):
        os.link(file, out / "ct" / file.name)
    segments = [
        Segment(mask.stem, mask.stem, sitk.GetArrayFromImage(sitk.ReadImage(str(mask))) > 0)
        for mask in sorted(masks.glob("*.nrrd"))
    ]
    write_highdicom(out / "seg" / "seg.dcm", [pydicom.dcmread(file) for file in ct.glob("*.dcm")], segments)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
