#!/usr/bin/env bash
# A slice shader of one's own that declares its samplers in one line, as GLSL allows, has only the last of them set by NiiVue.
#
# Date:      2026-11-29
# Versions:  @niivue/niivue 0.69.0, puppeteer-core 25.16.0; Chromium 156, as Debian has it
# Guess:     `uniform highp sampler3D volume, drawing, paqd;` and three declarations are the same shader: WebGL tells the locations of
#            all uniforms that are in use.
# Behaviour: NiiVue looks for names in the text of the shader, and finds the one before the semicolon. The others are never set,
#            so that they keep 0, the texture of the volume: `drawing` gives the CT. There is no error, neither of NiiVue nor of
#            WebGL, and where the volume alone is looked at the picture is right.
# Seen (a volume of 128 of 255 and a drawing of 1, both everywhere; the pixel in the middle, with 100 times the drawing in green):
#   three declarations    red 128  green 100  WebGL error 0
#   drawing last          red 128  green 100  WebGL error 0
#   drawing in the middle red 128  green 255  WebGL error 0
#   holds: NiiVue 0.69.0 finds only the last uniform of a declaration
set -euo pipefail

browser=$(command -v chromium) || { echo 'needs chromium, which Debian has' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" @niivue/niivue@0.69.0 puppeteer-core@25.16.0 > "$work/npm.log"

cd "$work"
cat > show.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const server = createServer(({ url }, answer) => {
  answer.setHeader('content-type', url === '/niivue.js' ? 'text/javascript' : 'text/html');
  const page = '<canvas id=volume width=300 height=300></canvas>';
  answer.end(url === '/niivue.js' ? readFileSync('node_modules/@niivue/niivue/dist/index.js') : page);
}).listen(0, '127.0.0.1');
const browser = await puppeteer.launch({
  executablePath: process.argv[2],
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
const seen = await page.evaluate(async () => {
  const { Niivue, NVImage, SLICE_TYPE } = await import('/niivue.js');
  const viewer = new Niivue({ logLevel: 'error', crosshairWidth: 0 });
  await viewer.attachTo('volume');
  const volumeOf = async (value) => {
    const affine = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const file = NVImage.createNiftiArray([8, 8, 8], [1, 1, 1], affine, 2, new Uint8Array(512).fill(value));
    return NVImage.loadFromUrl({ url: file.buffer, name: 'volume.nii', cal_min: 0, cal_max: 255 });
  };
  viewer.addVolume(await volumeOf(128));
  viewer.loadDrawing(await volumeOf(1));
  viewer.setSliceType(SLICE_TYPE.AXIAL);
  const pixelBy = (declarations) => {
    viewer.setCustomSliceShader(`#version 300 es
      precision highp float;
      ${declarations}
      in vec3 texPos;
      out vec4 color;
      void main() {
        float last = 0.0 * texture(paqd, texPos).r;
        color = vec4(texture(volume, texPos).r, 100.0 * texture(drawing, texPos).r, last, 1.0);
      }`);
    viewer.drawScene();
    const { gl } = viewer;
    const pixel = new Uint8Array(4);
    gl.readPixels(gl.drawingBufferWidth / 2, gl.drawingBufferHeight / 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return `red ${pixel[0]}  green ${pixel[1]}  WebGL error ${gl.getError()}`;
  };
  const each = ['volume', 'drawing', 'paqd'].map((name) => `uniform highp sampler3D ${name};`).join(' ');
  return [
    `three declarations    ${pixelBy(each)}`,
    `drawing last          ${pixelBy('uniform highp sampler3D volume, paqd, drawing;')}`,
    `drawing in the middle ${pixelBy('uniform highp sampler3D volume, drawing, paqd;')}`,
  ];
});
console.log(seen.join('\n'));
await browser.close();
server.close();
JS
node show.mjs "$browser" > seen.txt
cat seen.txt
cat > before.txt <<'TXT'
three declarations    red 128  green 100  WebGL error 0
drawing last          red 128  green 100  WebGL error 0
drawing in the middle red 128  green 255  WebGL error 0
TXT
if ! cmp -s seen.txt before.txt; then
  echo 'changed: it was' >&2
  cat before.txt >&2
  exit 1
fi
echo 'holds: NiiVue 0.69.0 finds only the last uniform of a declaration'
