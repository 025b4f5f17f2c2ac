"""Records what SimpleITK makes of real leaning and incomplete CT stacks, into test/goldens/stacks.json.

    SWINPREP_SHARED_DATA=../shared/data .venv/bin/python test/reference/record_stacks.py

A leaning stack is read as if it stood straight and resampled through the shear that puts each slice back in its place. On the
way back a map on the straight grid is resampled onto each slice where it was scanned.
"""

import base64
import json
import math
import os
import pathlib

import numpy as np
import pydicom
import SimpleITK as sitk

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("SWINPREP_SHARED_DATA", ROOT.parent / "shared" / "data"))
FOLDER = "oddities/dicom2nifti/failing"
# Folder, and the planes of the regular grid that its slices lie on, read off their positions.
STACKS = [("sliceincrement/001", [0, 1, 2, 4]), ("gantrytilting/001", [0, 1, 2, 3]), ("sliceincrement/002", [0, 1, 2, 4])]
AIR_HU = -1000
# Every so many voxels are kept.
STRIDE = 1009


def encoded(values):
    return base64.b64encode(values[::STRIDE].astype("<f4").tobytes()).decode()


def read(folder):
    files = [pydicom.dcmread(path) for path in sorted((DATA / FOLDER / folder).iterdir())]
    return sorted(files, key=lambda f: float(f.ImagePositionPatient[2]))


def back_on_slices(grid, files):
    """Values of a map on the grid, at the pixels of the slices one after the other."""
    count = math.prod(grid["size"])
    shares = (np.arange(count) * 7919 + 12345) % 4093 / 4093
    image = sitk.GetImageFromArray(shares.astype(np.float32).reshape(grid["size"][::-1]))
    image.SetSpacing(grid["spacing_mm"])
    image.SetOrigin(grid["origin_lps_mm"])
    image.SetDirection(grid["direction_lps"])
    planes = []
    for file in files:
        size = [int(file.Columns), int(file.Rows), 1]
        origin = [float(mm) for mm in file.ImagePositionPatient]
        plane = sitk.Resample(
            image, size, sitk.Transform(), sitk.sitkLinear, origin, grid["spacing_mm"], grid["direction_lps"], -1, sitk.sitkFloat32
        )
        planes.append(sitk.GetArrayFromImage(plane).ravel())
    return np.concatenate(planes)


def record(folder, planes):
    files = read(folder)
    first, last = files[0], files[-1]
    row, column = np.array(first.ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    origin = np.array(first.ImagePositionPatient, float)
    climb = (np.array(last.ImagePositionPatient, float) - origin) / planes[-1]
    spacing = climb @ normal
    shear = (climb - spacing * normal) / spacing
    step = [float(first.PixelSpacing[1]), float(first.PixelSpacing[0])]

    hu = [f.pixel_array.astype(float) * float(f.RescaleSlope) + float(f.RescaleIntercept) for f in files]
    native = np.stack([np.interp(k, planes, range(len(planes))) for k in range(planes[-1] + 1)])
    volume = np.stack([hu[int(k)] if k == int(k) else (hu[int(k)] + hu[int(k) + 1]) / 2 for k in native])
    image = sitk.GetImageFromArray(volume)
    image.SetSpacing([*step, spacing])
    image.SetOrigin(origin.tolist())
    direction = np.stack([row, column, normal], axis=1)
    image.SetDirection(direction.ravel().tolist())

    # Whole pixels more on each side, enough for the farthest plane.
    shift = [planes[-1] * spacing * (shear @ axis) / mm for axis, mm in zip((row, column), step)]
    before = [math.ceil(max(0, -s) - 1e-6) for s in shift]
    after = [math.ceil(max(0, s) - 1e-6) for s in shift]
    size = [int(b + n + a) for b, n, a in zip(before, image.GetSize(), after)] + [len(volume)]
    start = origin - before[0] * step[0] * row - before[1] * step[1] * column

    undo = sitk.AffineTransform(3)
    undo.SetCenter(origin.tolist())
    undo.SetMatrix((np.eye(3) - np.outer(shear, normal)).ravel().tolist())
    straight = sitk.Resample(
        image, size, undo, sitk.sitkLinear, start.tolist(), image.GetSpacing(), image.GetDirection(), AIR_HU, sitk.sitkFloat64
    )
    values = sitk.GetArrayFromImage(straight).ravel()
    grid = {
        "size": size,
        "spacing_mm": [*step, spacing],
        "origin_lps_mm": start.tolist(),
        "direction_lps": direction.ravel().tolist(),
    }
    return {
        "folder": f"{FOLDER}/{folder}",
        "missing_planes": [k for k in range(planes[-1]) if k not in planes],
        "tilt_degrees": math.degrees(math.atan(np.linalg.norm(shear))),
        **grid,
        "stride": STRIDE,
        "hu": encoded(values),
        "back": encoded(back_on_slices(grid, files)),
    }


if __name__ == "__main__":
    golden = {"air_hu": AIR_HU, "stacks": [record(*stack) for stack in STACKS]}
    path = ROOT / "test" / "goldens" / "stacks.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")
