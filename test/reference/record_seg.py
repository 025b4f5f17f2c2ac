"""Records what highdicom, pydicom and SimpleITK make of the DICOM SEG files of the shared data, into test/goldens/seg.json.

    .venv/bin/python test/reference/record_seg.py ../shared/data

Each entry: one segment of one file on a grid. `masks` are run lengths, 0 first, of the voxels x-fastest.
"""

import json
import pathlib
import sys

import highdicom as hd
import numpy as np
import pydicom
import SimpleITK as sitk

DATA = pathlib.Path(sys.argv[1])
GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"


def run_lengths(mask):
    flat = np.ascontiguousarray(mask).reshape(-1).astype(np.uint8)
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate([[0], edges, [flat.size]])).tolist()
    return runs if flat[0] == 0 else [0, *runs]


def grid_of(size, spacing, origin, direction):
    return {
        "size": [int(n) for n in size],
        "spacing_mm": [float(s) for s in spacing],
        "origin_lps_mm": [float(o) for o in origin],
        "direction_lps": [float(d) for d in direction],
    }


def frames_of(path, segment):
    """Frames of one segment: position and share (0 to 1) of each."""
    try:
        seg = hd.seg.segread(path)
    except AttributeError:  # syngo.via leaves out attributes that highdicom insists on
        seg = pydicom.dcmread(path)
    pixels = seg.pixel_array.reshape(-1, seg.Rows, seg.Columns)
    if seg.SegmentationType == "FRACTIONAL":
        pixels = pixels / seg.MaximumFractionalValue
    for item, frame in zip(seg.PerFrameFunctionalGroupsSequence, pixels):
        if seg.SegmentationType != "LABELMAP":
            if item.SegmentIdentificationSequence[0].ReferencedSegmentNumber != segment:
                continue
        else:
            frame = frame == segment
        yield np.array(item.PlanePositionSequence[0].ImagePositionPatient, float), frame.astype(float)


def measures(path):
    seg = pydicom.dcmread(path)
    groups = [seg.SharedFunctionalGroupsSequence[0], seg.PerFrameFunctionalGroupsSequence[0]]
    for group in groups:
        if "PixelMeasuresSequence" in group:
            spacing = [float(s) for s in group.PixelMeasuresSequence[0].PixelSpacing]
        if "PlaneOrientationSequence" in group:
            orientation = np.array(group.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    return spacing, orientation, (seg.Columns, seg.Rows)


def stack(path, segment, spacing_z, slices, first):
    """The segment on the regular grid that its frames lie on; frames off that grid are counted."""
    (dy, dx), orientation, (columns, rows) = measures(path)
    row, column = orientation[:3], orientation[3:]
    normal = np.cross(row, column)
    volume = np.zeros((slices, rows, columns))
    outside = 0.0
    for position, frame in frames_of(path, segment):
        k = int(round(float(np.dot(position - first, normal)) / spacing_z))
        if 0 <= k < slices:
            volume[k] = np.maximum(volume[k], frame)
        else:
            outside += float((frame >= 0.5).sum())
    direction = np.stack([row, column, normal], axis=1)
    return volume, grid_of((columns, rows, slices), (dx, dy, spacing_z), first, direction.reshape(-1)), int(outside)


def entry(file, segment, spacing_z, slices, first, thresholds=(0.5,)):
    volume, grid, outside = stack(DATA / file, segment, spacing_z, slices, np.array(first, float))
    return {
        "file": file,
        "segment": segment,
        "grid": grid,
        "outside": outside,
        "masks": [{"threshold": t, "runs": run_lengths((volume >= t) & (volume > 0))} for t in thresholds],
    }


FIRST_HIGHDICOM = (-125.0, -128.100006, 103.019997)
LIVER = (-235.199997, -226.800003, -128.690002)

ENTRIES = [
    entry("seg/highdicom/seg_image_ct_binary.dcm", 1, 1.25, 3, FIRST_HIGHDICOM),
    entry("seg/highdicom/seg_image_ct_binary_overlap.dcm", 1, 1.25, 3, FIRST_HIGHDICOM),
    entry("seg/highdicom/seg_image_ct_binary_overlap.dcm", 2, 1.25, 3, FIRST_HIGHDICOM),
    entry("seg/highdicom/seg_image_ct_binary_fractional.dcm", 1, 1.25, 3, FIRST_HIGHDICOM),
    entry("seg/highdicom/seg_image_ct_true_fractional.dcm", 1, 1.25, 3, FIRST_HIGHDICOM, (0.1, 0.25, 0.5, 0.75, 1.0)),
    entry("seg/highdicom/seg_image_ct_binary_single_frame.dcm", 1, 5.0, 1, (-158.135803, -179.035797, -75.699997)),
    entry("seg/dcmqi/sr-example/seg.dcm", 1, 3.375, 13, (-226.4105, -430.7887, -119.271)),
    entry("seg/quantitative-reporting/DICOM.SEG/syngo.seg.dcm", 1, 1.0, 3, LIVER),
]


def resampled(name, file, segment, spacing_z, slices, first, target):
    """Nearest neighbour of SimpleITK onto another grid."""
    volume, grid, _ = stack(DATA / file, segment, spacing_z, slices, np.array(first, float))
    image = sitk.GetImageFromArray((volume >= 0.5).astype(np.uint8))
    image.SetSpacing(grid["spacing_mm"])
    image.SetOrigin(grid["origin_lps_mm"])
    image.SetDirection(grid["direction_lps"])
    r = sitk.ResampleImageFilter()
    r.SetSize(target["size"])
    r.SetOutputSpacing(target["spacing_mm"])
    r.SetOutputOrigin(target["origin_lps_mm"])
    r.SetOutputDirection(target["direction_lps"])
    r.SetInterpolator(sitk.sitkNearestNeighbor)
    out = sitk.GetArrayFromImage(r.Execute(image))
    return {"name": name, "file": file, "segment": segment, "grid": target, "voxels": int(out.sum()), "runs": run_lengths(out)}


LABEL = ("seg/dcmqi/segmentations/24x38x3/seg/label.seg", 1, 2.5, 3, (46.4649, 5.01881, -177.75))
SR = ("seg/dcmqi/sr-example/seg.dcm", 1, 3.375, 13, (-226.4105, -430.7887, -119.271))
AXIAL = (1, 0, 0, 0, 1, 0, 0, 0, 1)
OBLIQUE = sitk.VersorTransform((1.0, 2.0, 3.0), 0.4).GetMatrix()

RESAMPLED = [
    resampled("shifted by parts of a voxel", *LABEL, grid_of((26, 40, 3), (0.7, 0.7, 2.5), (46.213, 4.777, -177.1), AXIAL)),
    resampled("finer", *LABEL, grid_of((60, 90, 9), (0.31, 0.33, 0.9), (46.0, 4.9, -178.6), AXIAL)),
    resampled("coarser", *LABEL, grid_of((12, 14, 2), (1.9, 2.3, 4.1), (45.7, 4.1, -179.3), AXIAL)),
    resampled("twice as coarse, frames on voxels", *LABEL, grid_of((12, 19, 3), (1.4, 1.4, 2.5), (46.4649, 5.01881, -177.75), AXIAL)),
    resampled("planes half as far apart, frames on slices", *LABEL, grid_of((24, 38, 5), (0.7, 0.7, 1.25), (46.4649, 5.01881, -177.75), AXIAL)),
    resampled("oblique", *LABEL, grid_of((30, 40, 8), (0.6, 0.7, 1.1), (46.0, 7.0, -182.0), OBLIQUE)),
    resampled("a PET segmentation on a CT-like grid", *SR, grid_of((300, 300, 14), (0.9765625, 0.9765625, 3.0), (-150.3, -340.1, -118.2), AXIAL)),
]

GOLDENS.mkdir(exist_ok=True)
(GOLDENS / "seg.json").write_text(
    json.dumps(
        {
            "highdicom": hd.__version__,
            "pydicom": pydicom.__version__,
            "SimpleITK": sitk.Version_VersionString(),
            "entries": ENTRIES,
            "resampled": RESAMPLED,
        },
        separators=(",", ":"),
    )
    + "\n"
)
for e in ENTRIES:
    print(e["file"], e["segment"], e["outside"], [(m["threshold"], sum(m["runs"][1::2])) for m in e["masks"]])
for e in RESAMPLED:
    print(e["name"], e["voxels"])
