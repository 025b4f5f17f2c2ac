#!/usr/bin/env bash
# dicom-parser cannot read a file with an Extended Offset Table, which pydicom writes with one argument.
#
# Date:      2026-11-28
# Versions:  dicom-parser 1.8.21, pydicom 3.0.2, numpy 2.4.6
# Guess:     a VR that a parser does not know has its length in four bytes after two reserved ones, so that the element can
#            be passed over: PS3.5 gives every VR added since 2014 that form.
# Behaviour: for dicom-parser a VR that is not in its list has a length of two bytes. OV, SV and UV (64-bit integers, in
#            DICOM since 2019) are not in it: the reserved zeros are taken for the length, and the value for the next
#            elements. It throws a plain object, no Error. OV is the VR of Extended Offset Table (7FE0,0001), which stands
#            right before Pixel Data; pydicom writes it with compress(encapsulate_ext=True). With untilTag x7fe00010 it
#            throws too, for that tag is never met; untilTag x7fe00001 stops in time.
# Seen:
#   without an Extended Offset Table: read, Pixel Data of 1 fragment
#   with it: throws {exception, dataSet}, dicomParser:parseDicomDataSetExplicit: buffer overrun
#   with it, untilTag x7fe00010: throws {exception, dataSet}, dicomParser:parseDicomDataSetExplicit: buffer overrun
#   with it, untilTag x7fe00001: read, no Pixel Data
#   with an SV element: throws {exception, dataSet}, dicomParser:parseDicomDataSetExplicit: buffer overrun
#   holds: dicom-parser 1.8.21 cannot read elements of VR OV and SV
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
npm install --loglevel=error --no-audit --no-fund --prefix "$work" dicom-parser@1.8.21 > "$work/npm.log"

cd "$work"
venv/bin/python - <<'PY'
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RLELossless, generate_uid


def ct():
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
    ds.Modality = "CT"
    ds.Rows = ds.Columns = 16
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.PixelData = np.full((16, 16), 1000, "<u2").tobytes()
    return ds


for name, extended in (("basic", False), ("extended", True)):
    ds = ct()
    ds.compress(RLELossless, encapsulate_ext=extended)
    ds.save_as(f"{name}.dcm", enforce_file_format=True)
ds = ct()
ds.SelectorSVValue = -1
ds.save_as("sv.dcm", enforce_file_format=True)
PY
cat > parse.cjs <<'JS'
const { readFileSync } = require('node:fs');
const { parseDicom } = require('dicom-parser');

const overrun = 'throws {exception, dataSet}, dicomParser:parseDicomDataSetExplicit: buffer overrun';
const before = [
  ['without an Extended Offset Table', 'basic', {}, 'read, Pixel Data of 1 fragment'],
  ['with it', 'extended', {}, overrun],
  ['with it, untilTag x7fe00010', 'extended', { untilTag: 'x7fe00010' }, overrun],
  ['with it, untilTag x7fe00001', 'extended', { untilTag: 'x7fe00001' }, 'read, no Pixel Data'],
  ['with an SV element', 'sv', {}, overrun],
];
for (const [name, file, options, wanted] of before) {
  let seen;
  try {
    const pixels = parseDicom(readFileSync(`${file}.dcm`), options).elements.x7fe00010;
    seen = pixels === undefined ? 'read, no Pixel Data' : `read, Pixel Data of ${pixels.fragments.length} fragment`;
  } catch (thrown) {
    seen = thrown instanceof Error ? `throws ${thrown}` : `throws {${Object.keys(thrown).join(', ')}}, ${thrown.exception}`;
  }
  console.log(`${name}: ${seen}`);
  if (seen !== wanted) {
    console.error(`changed: ${wanted} before`);
    process.exitCode = 1;
  }
}
JS
node parse.cjs
echo "holds: dicom-parser 1.8.21 cannot read elements of VR OV and SV"
