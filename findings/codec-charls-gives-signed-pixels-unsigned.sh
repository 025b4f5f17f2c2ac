#!/usr/bin/env bash
# Two codecs of one family: of 12-bit signed CT, codec-openjpeg gives HU and codec-charls HU + 4096 below zero.
#
# Date:      2026-11-28
# Versions:  @cornerstonejs/codec-charls 1.2.7, @cornerstonejs/codec-openjpeg 1.3.6, pydicom 3.0.2, pyjpegls 1.5.1,
#            pylibjpeg 2.1.0, pylibjpeg-openjpeg 2.6.0, numpy 2.4.6
# Guess:     decoders with the same functions (getEncodedBuffer, decode, getDecodedBuffer, getFrameInfo) give the same pixels
#            of the same lossless image, so that code for one is code for the other.
# Behaviour: JPEG-LS has no sign. codec-charls gives the 12 bits of each pixel with zeros above, so that read as int16 -1000
#            is 3096, and its frame info has no isSigned; codec-openjpeg extends the sign that JPEG 2000 carries. At 16 bits
#            both are right, so the error shows in 12-bit scans alone. pydicom extends the sign in both. Either codec's pixels
#            are a Uint8ClampedArray of bytes, whatever their depth.
# Seen (first pixels, read as int16):
#   stored          12 of 16 bits  -1000 -1 0 1000
#   pydicom         JPEG-LS        -1000 -1 0 1000
#   pydicom         JPEG 2000      -1000 -1 0 1000
#   codec-charls    JPEG-LS        3096 4095 0 1000  Uint8ClampedArray, isSigned undefined
#   codec-openjpeg  JPEG 2000      -1000 -1 0 1000  Uint8ClampedArray, isSigned true
#   stored          16 of 16 bits  -1000 -1 0 1000
#   pydicom         JPEG-LS        -1000 -1 0 1000
#   pydicom         JPEG 2000      -1000 -1 0 1000
#   codec-charls    JPEG-LS        -1000 -1 0 1000  Uint8ClampedArray, isSigned undefined
#   codec-openjpeg  JPEG 2000      -1000 -1 0 1000  Uint8ClampedArray, isSigned true
#   holds: codec-charls 1.2.7 does not extend the sign of 12-bit pixels, codec-openjpeg 1.3.6 does
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 pyjpegls==1.5.1 pylibjpeg==2.1.0 \
  pylibjpeg-openjpeg==2.6.0 numpy==2.4.6
npm install --loglevel=error --no-audit --no-fund --prefix "$work" \
  @cornerstonejs/codec-charls@1.2.7 @cornerstonejs/codec-openjpeg@1.3.6 > "$work/npm.log"

cd "$work"
cat > decode.cjs <<'JS'
const { readFileSync } = require('node:fs');

const DECODERS = {
  'codec-charls': ['JpegLSDecoder', 'jls'],
  'codec-openjpeg': ['J2KDecoder', 'j2k'],
};
const [bits, ...before] = process.argv.slice(2);

async function main() {
  for (const [name, [decoderClass, suffix]] of Object.entries(DECODERS)) {
    const factory = require(`@cornerstonejs/${name}/decodewasmjs`);
    const wasmBinary = readFileSync(require.resolve(`@cornerstonejs/${name}/decodewasm`));
    const codec = await factory({ wasmBinary, print() {} });
    const codestream = readFileSync(`${bits}.${suffix}`);
    const decoder = new codec[decoderClass]();
    decoder.getEncodedBuffer(codestream.length).set(codestream);
    decoder.decode();
    const pixels = decoder.getDecodedBuffer();
    const { isSigned } = decoder.getFrameInfo();
    const first = new Int16Array(new Uint8Array(pixels).buffer).slice(0, 4).join(' ');
    const encoding = suffix === 'jls' ? 'JPEG-LS' : 'JPEG 2000';
    console.log(`${name.padEnd(14)}  ${encoding.padEnd(13)}  ${first}  ${pixels.constructor.name}, isSigned ${isSigned}`);
    decoder.delete();
    const wanted = before.shift();
    if (first !== wanted) throw new Error(`changed: ${wanted} before`);
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
JS
cat > encode.py <<'PY'
import pathlib
import sys

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import get_frame
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, generate_uid

bits = int(sys.argv[1])
pixels = np.tile(np.array([-1000, -1, 0, 1000], "<i2"), (64, 16))
print(f"{'stored':14}  {bits} of 16 bits  {' '.join(map(str, pixels[0, :4]))}")
for syntax, suffix, encoding in ((JPEGLSLossless, "jls", "JPEG-LS"), (JPEG2000Lossless, "j2k", "JPEG 2000")):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = CTImageStorage, generate_uid(), "CT"
    ds.Rows = ds.Columns = 64
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, bits, bits - 1, 1
    ds.PixelData = pixels.tobytes()
    ds.compress(syntax)
    pathlib.Path(f"{bits}.{suffix}").write_bytes(get_frame(ds.PixelData, 0))
    ds.save_as("image.dcm", enforce_file_format=True)
    read = dcmread("image.dcm").pixel_array
    print(f"{'pydicom':14}  {encoding:13}  {' '.join(map(str, read[0, :4]))}")
    if (read != pixels).any():
        sys.exit(f"changed: pydicom gave the pixels of {encoding} back before")
PY
venv/bin/python encode.py 12
node decode.cjs 12 "3096 4095 0 1000" "-1000 -1 0 1000"
venv/bin/python encode.py 16
node decode.cjs 16 "-1000 -1 0 1000" "-1000 -1 0 1000"
echo "holds: codec-charls 1.2.7 does not extend the sign of 12-bit pixels, codec-openjpeg 1.3.6 does"
