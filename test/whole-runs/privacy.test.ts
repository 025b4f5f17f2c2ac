import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import type { PhantomFile } from '../../src/phantom/cohort.ts';
import { caseIdOf } from '../../src/privacy/case-id.ts';
import { startCli, temporaryFolder } from '../support/cli.ts';
import { DIGIT_MARKER, MARKER, marked, uidsOf } from '../support/dicom/marked-study.ts';
import { phantoms } from '../support/phantoms.ts';
import { reportJson } from '../support/report-data.ts';

/** Folder names as of a hospital's export. */
const NAMES = {
  seg: `${MARKER}^SEG`,
  rtstruct: `${MARKER}^RTSTRUCT`,
  truncated: `${MARKER}^TRUNCATED`,
  gap: `${MARKER}^GAP`,
  nomask: `${MARKER}^NO MASK`,
};
const env = { SWINPREP_SALT: 'known to the hospital alone' };
const idOf = caseIdOf({ ...PRESETS.lung1, privacy: { caseId: 'hmac', uids: 'omit' } }, env);

const raw = temporaryFolder();
const out = temporaryFolder();
const uids = new Set<string>();
let printed = '';

/** The phantom under file names that hold markers too. */
function writeMarked(
  patientId: string,
  files: readonly PhantomFile[],
  spoil: (bytes: Uint8Array, index: number) => Uint8Array,
): void {
  files.forEach(({ bytes }, index) => {
    const path = join(
      raw,
      patientId,
      `${MARKER}-study`,
      `${MARKER}^${DIGIT_MARKER}-${String(index).padStart(3, '0')}.dcm`,
    );
    for (const uid of uidsOf(bytes)) uids.add(uid);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, spoil(marked(bytes), index));
  });
}

/** The bytes of an output, and what is packed in them. */
function* unpacked(name: string, bytes: Buffer): Generator<string> {
  yield (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  if (!name.endsWith('.html')) return;
  const html = bytes.toString();
  yield reportJson(html);
  for (const [, base64] of html.matchAll(/id="sheet-\d+">([^<]*)</g))
    yield Buffer.from(base64, 'base64').toString('latin1');
}

/** Everything that left the run: output bytes, inflated where they are compressed, and what was printed. */
function* outputs(): Generator<[name: string, text: string]> {
  yield ['standard output and error', printed];
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = readFileSync(path);
    for (const text of unpacked(entry.name, bytes)) yield [path, text + path];
  }
}

beforeAll(async () => {
  const files = await phantoms(2);
  const of = (id: string) => files.filter(({ key }) => key.startsWith(`raw/${id}/`));
  const whole = (bytes: Uint8Array) => bytes;
  writeMarked(NAMES.seg, of('PHANTOM-001'), whole);
  writeMarked(NAMES.rtstruct, of('PHANTOM-002'), whole);
  writeMarked(NAMES.truncated, of('PHANTOM-001'), (bytes, i) =>
    i === 20 ? bytes.subarray(0, bytes.length - 2000) : bytes,
  );
  writeMarked(
    'P-GAP',
    of('PHANTOM-002').filter((_, i) => i < 20 || i > 50),
    whole,
  );
  writeMarked(NAMES.nomask, of('PHANTOM-001').slice(0, 30), whole);
  const clinical = join(temporaryFolder(), 'clinical.csv');
  const rows = Object.values(NAMES).map(
    (name, i) => `${name},${i < 1 ? 'I' : `${MARKER}^STAGE`},${MARKER}\n`,
  );
  const twice = `${NAMES.seg},stage I,\n${NAMES.gap},II,\n`;
  writeFileSync(clinical, `PatientID,Overall.Stage,Name\n${rows.join('')}${twice}`);
  const config = join(temporaryFolder(), 'config.yml');
  const coarse = 'resample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\n';
  writeFileSync(config, `${coarse}privacy: {caseId: hmac, uids: hmac}\nsplit: {unknownStage: unlabeled}\n`);
  const { code, stdout, stderr } = await startCli(
    ['preprocess', '--raw', raw, '--clinical', clinical, '--out', out, '--config', config],
    env,
  ).ended;
  expect([code, stderr]).toEqual([0, stderr]);
  printed = stdout + stderr;
  for (const form of [[], ['--json']]) {
    const inspected = await startCli(['inspect', raw, '--config', config, ...form], env).ended;
    expect([inspected.code, inspected.stderr]).toEqual([0, inspected.stderr]);
    printed += inspected.stdout + inspected.stderr;
  }
});

test('the marked patients are read, and the faulty ones told', () => {
  expect(printed).toMatch(/convert: 2 ok, 3 excluded/);
  expect(printed).toMatch(new RegExp(`${idOf(NAMES.truncated)} .*file 21 of`));
  expect(printed).toMatch(new RegExp(`^${idOf(NAMES.rtstruct)}: would convert: CT `, 'm'));
  expect(printed).toContain('5 patients: 2 would convert, 3 would be excluded');
});

test('the search sees into the report', () => {
  const found = [...outputs()].filter(
    ([name, text]) => name.endsWith('report/index.html') && text.includes(idOf(NAMES.seg)),
  );
  // In what is inflated alone: the page shows nobody by name until its script has run.
  expect(found).toHaveLength(1);
  const pictures = [...outputs()].filter(
    ([name, text]) => name.endsWith('.html') && text.startsWith('\xff\xd8'),
  );
  expect(pictures).toHaveLength(1);
});

test('no identifying value of any header or file name leaves: outputs, logs, messages', () => {
  const needles = [MARKER, DIGIT_MARKER, ...uids];
  const leaks = [...outputs()].flatMap(([name, text]) =>
    needles.filter((needle) => text.includes(needle)).map((needle) => `${needle} in ${name}`),
  );
  expect(uids.size).toBeGreaterThan(100);
  expect(leaks).toEqual([]);
});
