#!/usr/bin/env bash
# Plot names the marks of a plot for screen readers, on groups that may not be named: an accessibility check fails every plot.
#
# Date:      2026-11-29
# Versions:  @observablehq/plot 0.6.17, axe-core 4.14.1, puppeteer-core 25.16.0; Chromium 156, as Debian has it
# Guess:     a library that writes `aria-label` by itself passes the check that the labels are for; `ariaLabel` of the plot, an
#            image with a text alternative, is all that is left to do.
# Behaviour: each mark is a <g aria-label="bar"> without a role. ARIA 1.2 prohibits a name there, axe-core calls it serious, and
#            `role="img"` of the SVG, whose inside is then not read, changes nothing about that. The labels have to be taken away.
# Seen:
#   as Plot gives it          aria-prohibited-attr (serious): 2 nodes, first <g aria-label="bar"
#   with role img             aria-prohibited-attr (serious): 2 nodes, first <g aria-label="bar"
#   without labels of groups  nothing
#   holds: Plot 0.6.17 names groups that have no role
set -euo pipefail

browser=$(command -v chromium) || { echo 'needs chromium, which Debian has' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" \
  @observablehq/plot@0.6.17 axe-core@4.14.1 puppeteer-core@25.16.0 > "$work/npm.log"

cd "$work"
cat > show.mjs <<'JS'
import puppeteer from 'puppeteer-core';

const browser = await puppeteer.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
const page = await browser.newPage();
await page.setContent('<!doctype html><html lang=en><title>plot</title><main><h1>A plot</h1></main>');
for (const path of ['d3/dist/d3.min.js', '@observablehq/plot/dist/plot.umd.min.js', 'axe-core/axe.min.js'])
  await page.addScriptTag({ path: `node_modules/${path}` });
const found = async (title) => {
  const violations = await page.evaluate(async () => (await axe.run(document.querySelector('svg'))).violations);
  const texts = violations.map(({ id, impact, nodes }) => {
    const [first] = nodes[0].html.split(/(?<=^<g aria-label="[^"]*")/);
    return `${id} (${impact}): ${nodes.length} nodes, first ${first}`;
  });
  console.log(`${title}  ${texts.join('; ') || 'nothing'}`);
};
await page.evaluate(() => {
  const svg = Plot.plot({
    ariaLabel: 'Patients by stage: 3 of I, 5 of II',
    marks: [Plot.barY([['I', 3], ['II', 5]], { x: '0', y: '1' }), Plot.ruleY([0])],
  });
  document.querySelector('main').append(svg);
});
await found('as Plot gives it        ');
await page.evaluate(() => document.querySelector('svg').setAttribute('role', 'img'));
await found('with role img           ');
await page.evaluate(() => document.querySelectorAll('svg g').forEach((group) => group.removeAttribute('aria-label')));
await found('without labels of groups');
await browser.close();
JS
node show.mjs "$browser" > seen.txt
cat seen.txt
cat > before.txt <<'TXT'
as Plot gives it          aria-prohibited-attr (serious): 2 nodes, first <g aria-label="bar"
with role img             aria-prohibited-attr (serious): 2 nodes, first <g aria-label="bar"
without labels of groups  nothing
TXT
if ! cmp -s seen.txt before.txt; then
  echo 'changed: it was' >&2
  cat before.txt >&2
  exit 1
fi
echo 'holds: Plot 0.6.17 names groups that have no role'
