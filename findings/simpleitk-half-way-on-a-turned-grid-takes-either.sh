#!/usr/bin/env bash
# Nearest neighbour of SimpleITK at samples exactly half way takes the upper voxel, or where the grid is turned either.
#
# Date:      2026-11-28
# Versions:  SimpleITK 2.5.7, numpy 2.4.6
# Guess:     resampling a mask to half its spacing, on a grid with the same origin and direction, does the same along each
#            axis whatever that direction and origin are: every second sample lies half way between two voxels, and one rule
#            decides for all.
# Behaviour: the rule is floor(index + 0.5), the upper voxel, as long as the axes are those of the patient. In a grid that
#            is turned within the plane each sample goes through physical coordinates and back, and the rounding of that
#            decides, voxel by voxel: some take the lower neighbour, some the upper. Another origin, which
#            means nothing to a mask, gives another mask. Masks of oblique scans can therefore change with the position of
#            the table, and no other program can repeat them bit by bit. (How many of each depends on the arithmetic of the
#            build; that there are both does not.)
# Seen (half way samples along x, of 1001, that took the lower and the upper voxel; origin in mm):
#   turned by  0 degrees, origin (0, 0, 0)              lower    0, upper 1001
#   turned by  0 degrees, origin (-100.1, 37.3, 12.7)   lower    0, upper 1001
#   turned by 30 degrees, origin (0, 0, 0)              lower  187, upper  814
#   turned by 30 degrees, origin (-100.1, 37.3, 12.7)   lower  704, upper  297
#   voxels that the other origin changes: 0 at 0 degrees, 583 at 30
#   holds: half way on a turned grid SimpleITK 2.5.7 takes either voxel, by the origin
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 numpy==2.4.6

cd "$work"
venv/bin/python - <<'PY'
import math
import sys

import numpy as np
import SimpleITK as sitk

COLUMNS, ROWS, SLICES = 8, 7, 6


def resampled(degrees, origin):
    """A volume whose voxels hold their column, at half the spacing, without the rim that lies outside."""
    image = sitk.GetImageFromArray(np.broadcast_to(np.arange(COLUMNS, dtype=np.int16), (SLICES, ROWS, COLUMNS)))
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    image.SetSpacing((2, 2, 2))
    image.SetOrigin(origin)
    image.SetDirection((c, -s, 0, s, c, 0, 0, 0, 1))
    size = [2 * n for n in image.GetSize()]
    out = sitk.Resample(
        image, size, sitk.Transform(), sitk.sitkNearestNeighbor, image.GetOrigin(), (1, 1, 1), image.GetDirection(), -1
    )
    return sitk.GetArrayFromImage(out)[: 2 * SLICES - 1, : 2 * ROWS - 1, : 2 * COLUMNS - 1]


differing = {}
for degrees in (0, 30):
    volumes = []
    for origin in ((0, 0, 0), (-100.1, 37.3, 12.7)):
        volume = resampled(degrees, origin)
        half_way = volume[:, :, 1::2] - np.arange(COLUMNS - 1)
        lower, upper = int((half_way == 0).sum()), int((half_way == 1).sum())
        print(f"turned by {degrees:2} degrees, origin {str(origin):22} lower {lower:4}, upper {upper:4}")
        if lower + upper != half_way.size:
            sys.exit("changed: some samples took neither neighbour")
        if (lower > 0) != (degrees == 30) or upper == 0:
            sys.exit("changed: it was the upper voxel at 0 degrees, and either at 30")
        volumes.append(volume)
    differing[degrees] = int((volumes[0] != volumes[1]).sum())
if differing[0] > 0 or differing[30] == 0:
    sys.exit(f"changed: the other origin changes {differing[0]} voxels at 0 degrees, {differing[30]} at 30")
print(f"voxels that the other origin changes: {differing[0]} at 0 degrees, {differing[30]} at 30")
PY
echo "holds: half way on a turned grid SimpleITK 2.5.7 takes either voxel, by the origin"
