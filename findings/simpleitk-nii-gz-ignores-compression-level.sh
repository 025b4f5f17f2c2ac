#!/usr/bin/env bash
# SimpleITK writes .nii.gz at one level of gzip, whatever level it is asked for.
#
# Date:      2026-11-28
# Versions:  SimpleITK 2.5.7, numpy 2.4.6
# Guess:     WriteImage(image, path, useCompression=True, compressionLevel=1) gives a larger file, sooner, than level 6, as
#            the same call does for NRRD.
# Behaviour: for NIfTI every level gives the same file, byte for byte, level 0 too. Only useCompression and the name count.
#            It is none of the files that zlib makes of the same bytes at any level.
# So:        a speed or size measured "at level 1" with SimpleITK is that of its one level; to choose one, write .nii and
#            compress that.
# Seen:
#   level  .nii.gz  .nrrd    zlib
#       0   737866  1080047  1311200
#       1   737866  1080047   772845
#       4   737866   737935   749381
#       6   737866   738072   753782
#       9   737866   753782   753587
#   holds: SimpleITK 2.5.7 writes .nii.gz at one level, whatever it is asked for
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 numpy==2.4.6

cd "$work"
venv/bin/python - <<'PY'
import gzip
import pathlib
import sys
import zlib

import numpy as np
import SimpleITK as sitk

noise = np.random.default_rng(1).normal(-500, 30, (40, 128, 128))
image = sitk.GetImageFromArray(noise.astype(np.int16))
levels = [0, 1, 4, 6, 9]
files = {}
print("level  .nii.gz  .nrrd    zlib")
for level in levels:
    for suffix in ("nii.gz", "nrrd"):
        path = pathlib.Path(f"{level}.{suffix}")
        sitk.WriteImage(image, str(path), useCompression=True, compressionLevel=level)
        files[suffix, level] = path.read_bytes()
    deflate = zlib.compressobj(level, zlib.DEFLATED, 31)
    files["zlib", level] = deflate.compress(gzip.decompress(files["nii.gz", level])) + deflate.flush()
    sizes = [len(files[kind, level]) for kind in ("nii.gz", "nrrd", "zlib")]
    print("{:5}  {:7}  {:7}  {:7}".format(level, *sizes))

if len({files["nii.gz", level] for level in levels}) != 1:
    sys.exit("changed: the level now makes a difference to .nii.gz")
if files["nii.gz", 1] in [files["zlib", level] for level in levels]:
    sys.exit("changed: .nii.gz is now what zlib makes at some level")
if len(files["nrrd", 1]) < 1.1 * len(files["nrrd", 6]):
    sys.exit("changed: the level now makes no difference to .nrrd")
PY
echo "holds: SimpleITK 2.5.7 writes .nii.gz at one level, whatever it is asked for"
