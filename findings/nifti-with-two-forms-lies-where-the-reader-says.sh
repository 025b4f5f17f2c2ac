#!/usr/bin/env bash
# A NIfTI file whose qform and sform differ lies at one place for nibabel, at another for SimpleITK and for nifti-reader-js.
#
# Date:      2026-11-28
# Versions:  nibabel 5.4.2, SimpleITK 2.5.7, nifti-reader-js 0.8.0, numpy 2.4.6
# Guess:     the sform is the place wherever its code is set, in every reader. NIfTI allows both, and registration leaves
#            both: qform code 1 (scanner), sform code 2 (aligned to another scan), 3 or 4 (Talairach, MNI).
# Behaviour: each reader has a rule of its own. nibabel takes the sform where its code is not 0. SimpleITK takes it only
#            where its code is 1 or the qform has none: an sform of code 2, 3 or 4 beside a qform is passed over, without a
#            word. nifti-reader-js takes the form with the larger code, of equal ones the sform. So CT and mask, one through
#            SimpleITK and one through nibabel, are apart by what the registration moved.
# Seen (which form each takes):
#   qform code  sform code  nibabel  SimpleITK  nifti-reader-js
#            0           2  sform    sform      sform
#            1           0  qform    qform      qform
#            1           1  sform    sform      sform
#            1           2  sform    qform      sform
#            1           4  sform    qform      sform
#            2           1  sform    sform      qform
#            2           2  sform    qform      sform
#            4           2  sform    qform      qform
#   holds: nibabel, SimpleITK and nifti-reader-js choose among qform and sform by three rules
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check nibabel==5.4.2 SimpleITK==2.5.7 numpy==2.4.6
npm install --loglevel=error --no-audit --no-fund --prefix "$work" nifti-reader-js@0.8.0 > "$work/npm.log"

cd "$work"
cat > reader.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { readHeader } from 'nifti-reader-js';

const codes = JSON.parse(process.argv[2]);
const heights = codes.map(([q, s]) => {
  const { buffer, byteOffset, length } = readFileSync(`${q}${s}.nii`);
  return readHeader(buffer.slice(byteOffset, byteOffset + length)).affine[2][3];
});
console.log(JSON.stringify(heights));
JS
venv/bin/python - <<'PY'
import json
import subprocess
import sys

import nibabel
import numpy as np
import SimpleITK as sitk

# The codes of qform and sform, and what nibabel, SimpleITK and nifti-reader-js take.
before = {
    (0, 2): "sss",
    (1, 0): "qqq",
    (1, 1): "sss",
    (1, 2): "sqs",
    (1, 4): "sqs",
    (2, 1): "ssq",
    (2, 2): "sqs",
    (4, 2): "sqq",
}
FORM = {10: "qform", 20: "sform"}  # The height of the first voxel in mm tells which was taken.
forms = {}
for name, height in (("q", 10), ("s", 20)):
    forms[name] = np.diag([-1.0, -1.0, 3.0, 1.0])
    forms[name][2, 3] = height
for q, s in before:
    image = nibabel.Nifti1Image(np.zeros((4, 5, 6), np.int16), None)
    image.set_qform(forms["q"], q)
    image.set_sform(forms["s"], s)
    nibabel.save(image, f"{q}{s}.nii")

run = subprocess.run(["node", "reader.mjs", json.dumps(list(before))], check=True, capture_output=True, text=True)
print("qform code  sform code  nibabel  SimpleITK  nifti-reader-js")
for ((q, s), taken), third in zip(before.items(), json.loads(run.stdout)):
    path = f"{q}{s}.nii"
    heights = [nibabel.load(path).affine[2, 3], sitk.ReadImage(path).GetOrigin()[2], third]
    names = [FORM[round(height)] for height in heights]
    print(f"{q:10}  {s:10}  {names[0]:7}  {names[1]:9}  {names[2]}")
    if "".join(name[0] for name in names) != taken:
        sys.exit(f"changed: {taken} before")
PY
echo "holds: nibabel, SimpleITK and nifti-reader-js choose among qform and sform by three rules"
