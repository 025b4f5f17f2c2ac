"""What convert does, by the usual packages: a patient's CT series by GDCM through SimpleITK, the mask by pydicom or highdicom.

Masks are drawn by numpy under swinprep's rule (pixel centres, even-odd, XOR between the contours of a slice), which is
faster than the packages that draw them and gives the same voxels.
"""

import json
import os
import re
import time

import numpy as np
import pydicom
import SimpleITK as sitk

TUMOUR = re.compile(r"^gtv[-_ .]*0*1$", re.IGNORECASE)


def print_startup():
    """Seconds from the start of the process, as the bench told it, until the packages are loaded."""
    print(json.dumps({"startup_s": round(time.time() - float(os.environ["BENCH_STARTED"]), 3)}))


def files_of(patient):
    """The CT's files in GDCM's order, and the one object with the masks; a folder holds one series, as in TCIA's tree."""
    folders = [file.parent for file in sorted(patient.rglob("*.dcm"))]
    ct = max(set(folders), key=folders.count)
    mask = next(folder for folder in folders if folder != ct)
    return sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(ct)), str(next(mask.iterdir()))


def read_ct(files):
    return sitk.Cast(sitk.ReadImage(files), sitk.sitkInt16)


def grid_of(files):
    """An image of the CT's grid without its pixels; files in order along the normal."""
    tags = ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "SOPInstanceUID"]
    slices = [pydicom.dcmread(file, stop_before_pixels=True, specific_tags=tags) for file in files]
    first, last = (np.array(ds.ImagePositionPatient, float) for ds in (slices[0], slices[-1]))
    row, column = np.array(slices[0].ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    image = sitk.Image(slices[0].Columns, slices[0].Rows, len(slices), sitk.sitkUInt8)
    spacing = slices[0].PixelSpacing
    image.SetSpacing([float(spacing[1]), float(spacing[0]), float(normal @ (last - first)) / (len(slices) - 1)])
    image.SetOrigin(first.tolist())
    image.SetDirection(np.stack([row, column, normal], axis=1).ravel().tolist())
    return image, [ds.SOPInstanceUID for ds in slices]


def draw_contours(structures, grid):
    """The first ROI whose name says that it is the tumour; z, y, x."""
    number = next(roi.ROINumber for roi in structures.StructureSetROISequence if TUMOUR.match(roi.ROIName))
    contours = next(r for r in structures.ROIContourSequence if r.ReferencedROINumber == number).ContourSequence
    columns, rows, slices = grid.GetSize()
    turn = np.array(grid.GetDirection()).reshape(3, 3)
    origin, spacing = np.array(grid.GetOrigin()), np.array(grid.GetSpacing())
    toggles = np.zeros((slices, rows, columns + 1), np.uint8)
    for contour in contours:
        points = (np.array(contour.ContourData, float).reshape(-1, 3) - origin) @ turn / spacing
        z = int(round(points[0, 2]))
        x0, y0 = points[:, 0], points[:, 1]
        x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
        for row in range(max(0, int(np.ceil(y0.min()))), min(rows - 1, int(np.floor(y0.max()))) + 1):
            crossed = ((y0 <= row) & (row < y1)) | ((y1 <= row) & (row < y0))
            x = x0[crossed] + (row - y0[crossed]) * (x1[crossed] - x0[crossed]) / (y1[crossed] - y0[crossed])
            np.bitwise_xor.at(toggles[z, row], np.clip(np.ceil(x), 0, columns).astype(int), 1)
    return np.bitwise_xor.accumulate(toggles, axis=2)[:, :, :columns]


def read_segment(path, sop_instance_uids):
    """The segment whose label or description says that it is the tumour, by highdicom; z, y, x."""
    import highdicom

    seg = highdicom.seg.segread(path)
    number = next(
        s.SegmentNumber
        for s in seg.SegmentSequence
        if TUMOUR.match(s.SegmentLabel) or TUMOUR.match(s.get("SegmentDescription", ""))
    )
    frames = seg.get_pixels_by_source_instance(
        sop_instance_uids, segment_numbers=[number], assert_missing_frames_are_empty=True
    )
    return frames[..., 0].astype(np.uint8)


def read_tumour(ct_files, mask_file):
    """The tumour mask on the grid of the CT, of which headers alone are read."""
    grid, sop_instance_uids = grid_of(ct_files)
    mask_object = pydicom.dcmread(mask_file, defer_size=1024)
    if mask_object.Modality == "SEG":
        voxels = read_segment(mask_file, sop_instance_uids)
    else:
        voxels = draw_contours(mask_object, grid)
    mask = sitk.GetImageFromArray(voxels)
    mask.CopyInformation(grid)
    return mask
