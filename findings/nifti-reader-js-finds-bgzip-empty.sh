#!/usr/bin/env bash
# nifti-reader-js inflates a .nii.gz that bgzip made to nothing, or to the wrong length, by one of its two functions.
#
# Date:      2026-11-28
# Versions:  nifti-reader-js 0.8.0, fflate 0.8.3, biopython 1.88, numpy 2.4.6
# Guess:     decompress and decompressAsync differ in nothing but waiting. A gzip file may be made of members one after the
#            other (RFC 1952), as bgzip writes them; all are the content, or a reader that knows but one gives the first.
# Behaviour: decompress, which is fflate's gunzipSync underneath, makes room for as many bytes as the last member has and
#            fills it from the first member. The last member of bgzip is an empty one that marks the end: nothing comes out,
#            and no error. Without it, the length is that of the last member and the bytes are the beginning of the first.
#            decompressAsync, which is the platform's DecompressionStream, and fflate's streaming Gunzip give all.
# Seen:
#   100352 bytes of NIfTI, in 3 members: 65536 34816 0
#     gzip -d          100352
#     decompressAsync  100352
#     fflate Gunzip    100352
#     decompress       0
#     gunzipSync       0
#   the same without the empty member, in 2 members: 65536 34816
#     gzip -d          100352
#     decompressAsync  100352
#     fflate Gunzip    100352
#     decompress       34816
#     gunzipSync       34816
#   holds: decompress of nifti-reader-js 0.8.0 gives as many bytes as the last gzip member has
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check biopython==1.88 numpy==2.4.6
npm install --loglevel=error --no-audit --no-fund --prefix "$work" nifti-reader-js@0.8.0 fflate@0.8.3 > "$work/npm.log"

cd "$work"
venv/bin/python - <<'PY'
import pathlib
import struct

from Bio import bgzf

size = (50, 50, 20)
header = struct.pack("<i36x8h", 348, 3, *size, 1, 1, 1, 1) + bytes(14)
header += struct.pack("<2h2x4f", 4, 16, 1, 1, 1, 3) + bytes(16) + struct.pack("<f", 352)
header = header.ljust(344, b"\0") + b"n+1\0" + bytes(4)
with bgzf.BgzfWriter("whole.nii.gz") as file:
    file.write(header + b"\1" * (2 * 50 * 50 * 20))
whole = pathlib.Path("whole.nii.gz").read_bytes()
members = list(bgzf.BgzfBlocks(open("whole.nii.gz", "rb")))
pathlib.Path("members.txt").write_text(" ".join(str(length) for *_, length in members) + "\n")
pathlib.Path("cut.nii.gz").write_bytes(whole[: members[-1][0]])
PY
cat > read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Gunzip, gunzipSync } from 'fflate';
import { decompress, decompressAsync } from 'nifti-reader-js';

const [path, ...before] = process.argv.slice(2);
const file = readFileSync(path);
const { buffer } = new Uint8Array(file);
let streamed = 0;
new Gunzip((bytes) => {
  streamed += bytes.length;
}).push(file, true);
const seen = {
  decompressAsync: (await decompressAsync(buffer)).byteLength,
  'fflate Gunzip': streamed,
  decompress: decompress(buffer).byteLength,
  gunzipSync: gunzipSync(file).length,
};
for (const [name, length] of Object.entries(seen)) console.log(`  ${name.padEnd(15)}  ${length}`);
const whole = Buffer.from(await decompressAsync(buffer));
const begins = whole.subarray(0, seen.decompress).equals(Buffer.from(decompress(buffer)));
if (String(Object.values(seen)) !== String(before) || !begins) {
  console.error(`changed: ${before} before, the beginning of it`);
  process.exit(1);
}
JS
read -r first second last < members.txt
echo "$(gzip -dc whole.nii.gz | wc -c) bytes of NIfTI, in 3 members: $first $second $last"
echo "  gzip -d          $(gzip -dc whole.nii.gz | wc -c)"
node read.mjs whole.nii.gz 100352 100352 0 0
echo "the same without the empty member, in 2 members: $first $second"
echo "  gzip -d          $(gzip -dc cut.nii.gz | wc -c)"
node read.mjs cut.nii.gz 100352 100352 34816 34816
echo "holds: decompress of nifti-reader-js 0.8.0 gives as many bytes as the last gzip member has"
