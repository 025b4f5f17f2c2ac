import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { beforeAll, expect, test } from 'vitest';
import { parsePart10 } from '../../../src/dicom/file/part10.ts';
import type { CaseRecord } from '../../../src/records/case.ts';
import { cli, readJson, temporaryFolder } from '../../support/cli.ts';
import { elementBytes, part10Bytes } from '../../support/dicom/encoded-dicom.ts';
import { phantoms } from '../../support/phantoms.ts';

const folder = temporaryFolder();
const raw = join(folder, 'raw');

function write(path: string, bytes: Uint8Array | string): string {
  const file = join(raw, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

const slices = (await phantoms(1)).filter(({ key }) => key.endsWith('.dcm'));

/** A patient that is sound, but for what is done to its files. */
function patient(name: string, spoil: (bytes: Uint8Array, index: number) => Uint8Array = (b) => b): void {
  slices.forEach(({ bytes }, i) => {
    write(`${name}/${String(i + 1).padStart(3, '0')}.dcm`, spoil(bytes, i));
  });
}

/** The end of an element some way into the data set, before Modality. */
function betweenElements(bytes: Uint8Array): number {
  const { dataOffset, length } = parsePart10('', bytes)!.dataset.elements.x00080018;
  return dataOffset + length;
}

let cases: Map<string, CaseRecord>;

function outcome(name: string): string {
  const record = cases.get(name)!;
  return record.state === 'ok' ? 'ok' : `${record.exclusion.code}: ${record.exclusion.message}`;
}

beforeAll(async () => {
  const nested = Buffer.from('0800151153510000fffffffffeff00e0ffffffff'.repeat(100_000), 'hex');
  const text = 'Patient was moved to the other ward.\n';
  patient('cut-off', (bytes, i) => (i === 20 ? bytes.subarray(0, bytes.length - 1000) : bytes));
  patient('cut-short', (bytes, i) => (i === 20 ? bytes.subarray(0, 700) : bytes));
  patient('cut-between', (bytes, i) => (i === 20 ? bytes.subarray(0, betweenElements(bytes)) : bytes));
  patient('nested', (bytes, i) => (i === 20 ? part10Bytes('1.2.840.10008.1.2.1', nested) : bytes));
  patient('strays');
  write('strays/notes.txt', text);
  write('strays/empty', '');
  write('strays/DICOMDIR', slices[0].bytes.subarray(0, 300));
  truncateSync(write('strays/film.avi', text), 20 * 2 ** 30);
  const directory = elementBytes([[0x00020002, 'UI', '1.2.840.10008.1.3.10']]);
  write('strays/index', Buffer.concat([part10Bytes('', Buffer.alloc(0)), directory, Buffer.from([0, 8])]));
  symlinkSync('.', join(raw, 'strays/loop'));
  execFileSync('mkfifo', [join(raw, 'strays/pipe')]);
  for (const i of [1, 2, 3]) write(`text/${i}.txt`, text);
  mkdirSync(join(raw, 'void'));
  write('slip.zip', zipSync({ '../../escaped': Buffer.from(text) }));
  write('no-archive.zip', text);
  const bomb = zipSync({ 'zeros.bin': new Uint8Array(2 ** 28) }, { level: 9 });
  const central = bomb.length - 22 - 46 - 'zeros.bin'.length;
  new DataView(bomb.buffer).setUint32(central + 24, 2 ** 20, true);
  write('bomb.zip', bomb);
  const out = join(folder, 'out');
  // All are made of one patient: by its Patient ID they would be one.
  const config = join(folder, 'folders.yml');
  writeFileSync(config, 'raw: {patients: folder}\n');
  const places = ['--raw', raw, '--interim', join(out, 'interim'), '--cases', join(out, 'cases')];
  await cli(['convert', ...places, '--config', config]);
  const { cases: records } = readJson<{ cases: CaseRecord[] }>(out, 'cases', 'cases.json');
  cases = new Map(records.map((record) => [record.patient_id, record]));
});

test.each([
  ['cut-off', /^truncated-pixel-data: file 21 of \d+: /],
  ['cut-short', /^unreadable-dicom: file 21 of \d+: .*its last element is cut off/],
  ['cut-between', /^no-pixel-data: file 21 of \d+: is a CT image without Pixel Data: fetch the file again$/],
  ['nested', /^unreadable-dicom: file 21 of \d+: .*nested more than 64 deep/],
  ['text', /^no-ct-series: /],
  ['void', /^no-ct-series: /],
  ['slip', /^unreadable-archive: the archive holds a file whose name leads out of the archive/],
  ['no-archive', /^unreadable-archive: the archive is not a whole zip archive/],
  ['bomb', /^unreadable-archive: the archive is damaged/],
])('%s is excluded, and told why', (name, why) => {
  expect(outcome(name)).toMatch(why);
});

test('strays of every kind beside the images are ignored and counted', () => {
  expect(outcome('strays')).toBe('ok');
  expect(cases.get('strays')).toMatchObject({ ct: { ignored_files: 5 } });
});
