#!/usr/bin/env bash
# On a page with a strict Content-Security-Policy the tips of Plot are black boxes with black text.
#
# Date:      2026-11-29
# Versions:  @observablehq/plot 0.6.17, puppeteer-core 25.16.0; Chromium 156, as Debian has it
# Guess:     an SVG that a script of the page makes by attributes needs no style from elsewhere: where `style-src` is strict a plot is
#            the same, or Plot fails.
# Behaviour: the ground of tips, halos and backgrounds is `var(--plot-background)`, which a <style> in each SVG sets to white. The
#            policy refuses that element, which has no nonce, with a line in the console and no error; the variable has then no
#            value, and `fill` falls back to black. Axes and bars look right, so that it shows when a reader points at one.
# Seen (computed fill of a tip):
#   without a policy  box rgb(255, 255, 255), text rgb(0, 0, 0); errors 0
#   a strict policy   box rgb(0, 0, 0), text rgb(0, 0, 0); errors 0
#   holds: Plot 0.6.17 loses the ground of its tips under a strict policy
set -euo pipefail

browser=$(command -v chromium) || { echo 'needs chromium, which Debian has' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" \
  @observablehq/plot@0.6.17 puppeteer-core@25.16.0 > "$work/npm.log"

cd "$work"
cat > show.mjs <<'JS'
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

const files = ['d3/dist/d3.min.js', '@observablehq/plot/dist/plot.umd.min.js'];
const page = `<!doctype html>${files.map((file) => `<script src="/${file}"></script>`).join('')}<main></main>`;
const strict = `default-src 'none'; script-src 'self'`;
const server = createServer(({ url }, answer) => {
  const file = files.find((known) => url === `/${known}`);
  if (url === '/strict') answer.setHeader('content-security-policy', strict);
  answer.setHeader('content-type', file ? 'text/javascript' : 'text/html');
  answer.end(file ? readFileSync(`node_modules/${file}`) : page);
}).listen(0, '127.0.0.1');
const browser = await puppeteer.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
for (const [title, path] of [['without a policy', ''], ['a strict policy ', 'strict']]) {
  const tab = await browser.newPage();
  const thrown = [];
  tab.on('pageerror', (error) => thrown.push(error));
  await tab.goto(`http://127.0.0.1:${server.address().port}/${path}`);
  const seen = await tab.evaluate(() => {
    const svg = Plot.plot({ marks: [Plot.tip(['3 patients'], { x: [1], y: [1] })] });
    document.querySelector('main').append(svg);
    const [box, text] = ['[aria-label=tip] path', '[aria-label=tip] text'].map((part) => svg.querySelector(part));
    return `box ${getComputedStyle(box).fill}, text ${getComputedStyle(text).fill}`;
  });
  console.log(`${title}  ${seen}; errors ${thrown.length}`);
}
await browser.close();
server.close();
JS
node show.mjs "$browser" > seen.txt
cat seen.txt
cat > before.txt <<'TXT'
without a policy  box rgb(255, 255, 255), text rgb(0, 0, 0); errors 0
a strict policy   box rgb(0, 0, 0), text rgb(0, 0, 0); errors 0
TXT
if ! cmp -s seen.txt before.txt; then
  echo 'changed: it was' >&2
  cat before.txt >&2
  exit 1
fi
echo 'holds: Plot 0.6.17 loses the ground of its tips under a strict policy'
