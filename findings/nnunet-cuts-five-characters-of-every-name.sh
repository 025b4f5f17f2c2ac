#!/usr/bin/env bash
# nnU-Net takes the last five characters of an image's name for `_0000`, whatever they are, and hidden files for images.
#
# Date:      2026-11-28
# Versions:  nnunetv2 2.8.1, batchgenerators 0.25.3, numpy 2.3.5
# Guess:     a file in imagesTr that does not end in _0000 is no image, or an error that names it; `._NAME`, which tar
#            archives made on a Mac (those of the Medical Segmentation Decathlon) hold beside every file, is passed over.
# Behaviour: the function that all of nnU-Net finds its training cases by cuts five characters from every name. Two images
#            as the Decathlon names them, lung_001 and lung_003, become one case `lun` that has no image and a label file
#            that is not there; their AppleDouble files become another, `._lun`. Nothing is said here. The check of a data
#            set counts cases, and then tells of two where three were announced.
# Seen:
#   lung_001.nii.gz, lung_003.nii.gz, as in the Decathlon:
#     lun           0 images   label lun.nii.gz
#   the same with their ._ files:
#     ._lun         0 images   label ._lun.nii.gz
#     lun           0 images   label lun.nii.gz
#   lung_001_0000.nii.gz, lung_003_0000.nii.gz, as nnU-Net wants them, with their ._ files:
#     ._lung_001    1 image    label ._lung_001.nii.gz
#     ._lung_003    1 image    label ._lung_003.nii.gz
#     lung_001      1 image    label lung_001.nii.gz
#     lung_003      1 image    label lung_003.nii.gz
#   holds: nnunetv2 2.8.1 makes one case of two, and cases of hidden files
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# Without what they train with: names of files are all that is looked at.
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
  nnunetv2==2.8.1 batchgenerators==0.25.3 numpy==2.3.5

cd "$work"
export nnUNet_raw=$work nnUNet_preprocessed=$work nnUNet_results=$work
"$work/venv/bin/python" - <<'PY'
import pathlib

from nnunetv2.utilities.utils import get_filenames_of_train_images_and_targets

DATASET = {'channel_names': {'0': 'CT'}, 'labels': {'background': 0, 'cancer': 1}, 'file_ending': '.nii.gz'}


def cases(folder, *images):
    place = pathlib.Path(folder)
    for sub in ('imagesTr', 'labelsTr'):
        (place / sub).mkdir(parents=True)
    for name in images:
        (place / 'imagesTr' / f'{name}.nii.gz').touch()
    found = get_filenames_of_train_images_and_targets(str(place), dict(DATASET))
    seen = {str(name): (len(case['images']), pathlib.Path(case['label']).name) for name, case in found.items()}
    for name, (count, label) in seen.items():
        print(f"  {name:<12}  {count} {'image ' if count == 1 else 'images'}   label {label}")
    return seen


print('lung_001.nii.gz, lung_003.nii.gz, as in the Decathlon:')
plain = cases('plain', 'lung_001', 'lung_003')
print('the same with their ._ files:')
hidden = cases('hidden', 'lung_001', 'lung_003', '._lung_001', '._lung_003')
print('lung_001_0000.nii.gz, lung_003_0000.nii.gz, as nnU-Net wants them, with their ._ files:')
right = cases('right', 'lung_001_0000', 'lung_003_0000', '._lung_001_0000', '._lung_003_0000')

cut = {'lun': (0, 'lun.nii.gz')}
if plain != cut or hidden != {**cut, '._lun': (0, '._lun.nii.gz')} or len(right) != 4:
    raise SystemExit('changed: names are looked at, or hidden files are passed over')
print('holds: nnunetv2 2.8.1 makes one case of two, and cases of hidden files')
PY
