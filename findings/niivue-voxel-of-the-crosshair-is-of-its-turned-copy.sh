#!/usr/bin/env bash
# The voxel that NiiVue tells of its crosshair is that of its own copy, turned to RAS, and no index into the array of the NIfTI file.
#
# Date:      2026-11-29
# Versions:  @niivue/niivue 0.69.0, puppeteer-core 25.16.0, nibabel 5.4.2, numpy 2.4.3; Chromium 156, as Debian has it
# Guess:     `vox` of onLocationChange, and `vox` of its values, say where in the file the value lies that stands beside them: what
#            nibabel shows at [i, j, k].
# Behaviour: they count from the left, posterior, inferior corner, whatever way the file runs. A volume that was made of DICOM
#            usually runs to the left and backwards (LPS), so that the first two indices count from the other end; value and mm
#            are right. Whoever writes the index down and looks it up in the array reads another voxel, or one outside it.
# Seen (4 x 5 x 6 voxels that run L, P, S; the value at [i, j, k] is i + 10 j + 100 k):
#   crosshair at   0   0   0  value   0  NiiVue: voxel 3 4 0  nibabel there: 43
#   crosshair at   1   0   0  value   1  NiiVue: voxel 2 4 0  nibabel there: 42
#   crosshair at   2   3   5  value 532  NiiVue: voxel 1 1 5  nibabel there: 511
#   holds: NiiVue 0.69.0 counts the voxels of its turned copy
set -euo pipefail

browser=$(command -v chromium) || { echo 'needs chromium, which Debian has' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" @niivue/niivue@0.69.0 puppeteer-core@25.16.0 > "$work/npm.log"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet nibabel==5.4.2 numpy==2.4.3

cd "$work"
cat > make.py <<'PY'
import nibabel, numpy

i, j, k = numpy.meshgrid(range(4), range(5), range(6), indexing="ij")
voxels = (i + 10 * j + 100 * k).astype("int16")
to_ras = numpy.array([[-2, 0, 0, 10], [0, -3, 0, 20], [0, 0, 4, -30], [0, 0, 0, 1]])
nibabel.save(nibabel.Nifti1Image(voxels, to_ras), "volume.nii")
PY
cat > show.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const files = { '/niivue.js': 'node_modules/@niivue/niivue/dist/index.js', '/volume.nii': 'volume.nii' };
const server = createServer(({ url }, answer) => {
  if (url.endsWith('.js')) answer.setHeader('content-type', 'text/javascript');
  if (url === '/') answer.setHeader('content-type', 'text/html');
  answer.end(url === '/' ? '<canvas id=volume width=300 height=300></canvas>' : files[url] && readFileSync(files[url]));
}).listen(0, '127.0.0.1');
const browser = await puppeteer.launch({
  executablePath: process.argv[2],
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const seen = await page.evaluate(async () => {
  const { Niivue } = await import('/niivue.js');
  const viewer = new Niivue({ logLevel: 'error' });
  await viewer.attachTo('volume');
  await viewer.loadVolumes([{ url: '/volume.nii' }]);
  return [[0, 0, 0], [1, 0, 0], [2, 3, 5]].map(([i, j, k]) => {
    let told;
    viewer.onLocationChange = ({ vox, values: [{ value }] }) => {
      told = { at: [i, j, k], value, vox: [...vox] };
    };
    viewer.scene.crosshairPos = viewer.mm2frac([10 - 2 * i, 20 - 3 * j, 4 * k - 30]);
    viewer.createOnLocationChange();
    return told;
  });
});
for (const { at, value, vox } of seen) {
  const read = `import nibabel; print(int(nibabel.load("volume.nii").dataobj[${vox}]))`;
  const there = execFileSync('venv/bin/python', ['-c', read], { encoding: 'utf8' }).trim();
  const crosshair = at.map((n) => String(n).padStart(3)).join(' ');
  console.log(`crosshair at ${crosshair}  value ${String(value).padStart(3)}  NiiVue: voxel ${vox.join(' ')}  nibabel there: ${there}`);
}
await browser.close();
server.close();
JS
venv/bin/python make.py
node show.mjs "$browser" > seen.txt
cat seen.txt
cat > before.txt <<'TXT'
crosshair at   0   0   0  value   0  NiiVue: voxel 3 4 0  nibabel there: 43
crosshair at   1   0   0  value   1  NiiVue: voxel 2 4 0  nibabel there: 42
crosshair at   2   3   5  value 532  NiiVue: voxel 1 1 5  nibabel there: 511
TXT
if ! cmp -s seen.txt before.txt; then
  echo 'changed: it was' >&2
  cat before.txt >&2
  exit 1
fi
echo 'holds: NiiVue 0.69.0 counts the voxels of its turned copy'
