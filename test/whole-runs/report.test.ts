import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeJson } from '../../src/records/json.ts';
import type { MapBackRecord } from '../../src/records/way-back/mapped.ts';
import type { PageData } from '../../src/report/page-data.ts';
import { hashesOf, readJson, temporaryFolder } from '../support/cli.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';
import { reportData } from '../support/report-data.ts';

/** Coarse and small: what is written of it counts here, not how good it is. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
output: {auditVolumes: false, gzipLevelInt: 1}
`;

const work = temporaryFolder();
const out = join(work, 'out');
const manifest = join(out, 'artifacts/pass2_write/manifest');
const page = join(manifest, 'report/index.html');
const names = ['PHANTOM-001', 'PHANTOM-002', 'PHANTOM-003'];

const read = (file = page): PageData => reportData(readFileSync(file, 'utf8'));

/** pass2-write over what the run left of the steps before. */
function pass2(roi: string, folder: string, ...more: string[]) {
  const places = { cases: 'convert/cases', split: 'split/split', stats: 'pass1_stats/stats' };
  return inProcess.command([
    'pass2-write',
    ...Object.entries(places).flatMap(([name, place]) => [`--${name}`, join(out, 'artifacts', place)]),
    ...['--interim', join(out, 'interim'), '--roi', roi, '--manifest', folder, '--workers', '1', ...more],
  ]);
}

/** Of a data set's patient nothing is to be in the page that is not in the JSON beside it. */
function expectFilesIn(data: PageData): void {
  const { pictures, map_back, review, ...files } = data;
  expect(Object.keys(files)).toEqual(['manifest', 'failures', 'roi_changes']);
  for (const [name, value] of Object.entries(files))
    expect(Buffer.from(encodeJson(value)).equals(readFileSync(join(manifest, `${name}.json`))), name).toBe(
      true,
    );
}

let printed: string;
let first: PageData;

beforeAll(async () => {
  await writePhantoms(work, names.length);
  const config = join(work, 'config.yml');
  writeFileSync(config, CONFIG);
  const [raw, clinical] = [join(work, 'raw'), join(work, 'clinical.csv')];
  printed = (await inProcess.preprocess({ raw, clinical, out, config })).stdout;
  first = read();
});

test('the run ends with the line that opens the report', () => {
  expect(printed.trimEnd().split('\n').at(-1)).toBe(`  report: ${pathToFileURL(page).href}`);
});

test('all that the report holds lies beside it as JSON, but for the pictures', () => {
  expectFilesIn(first);
  expect(first).toMatchObject({ map_back: null, review: null });
  expect(first.pictures?.patients).toEqual(names);
});

test('a run over the same inputs differs in what has changed alone, and the next one in nothing', async () => {
  const before = hashesOf(manifest);
  await pass2(join(out, 'roi'), manifest);
  const again = read();
  expectFilesIn(again);
  expect({ ...again, roi_changes: first.roi_changes }).toEqual(first);
  const second = hashesOf(manifest);
  const others = Object.keys(second).filter((file) => second[file] !== before[file]);
  expect(others).toEqual(['report/index.html', 'roi_changes.json']);
  await pass2(join(out, 'roi'), manifest);
  expect(hashesOf(manifest)).toEqual(second);
});

test('two ranks leave the report of one', async () => {
  const [roi, folder] = [join(work, 'roi-of-two'), join(work, 'manifest-of-two')];
  await Promise.all(['0/2', '1/2'].map((shard) => pass2(roi, folder, '--shard', shard)));
  // By a first run over that place, as `first` was.
  const ofTwo = read(join(folder, 'report/index.html'));
  expect(ofTwo).toEqual(first);
});

describe('swinprep report', () => {
  const report = (...args: string[]) => inProcess.commandHere(['report', ...args]);

  test('writes the page that pass2-write wrote', async () => {
    const bytes = readFileSync(page);
    rmSync(page);
    const { code, stdout } = await report(out);
    expect([code, stdout]).toEqual([
      0,
      `report: 3 patients, 3 pictures\n  report: ${pathToFileURL(page).href}\n`,
    ]);
    expect(readFileSync(page).equals(bytes)).toBe(true);
  });

  test('takes the places one by one, and writes elsewhere', async () => {
    const [folder, to] = [join(work, 'moved'), join(work, 'site')];
    cpSync(manifest, folder, { recursive: true });
    await inProcess.command(['report', '--manifest', folder, '--roi', join(out, 'roi'), '--out', to]);
    expect(readFileSync(join(to, 'index.html')).equals(readFileSync(page))).toBe(true);
  });

  test('shows a patient without overlay without one', async () => {
    const [roi, to] = [join(work, 'fewer'), join(work, 'fewer-pictures')];
    cpSync(join(out, 'roi'), roi, { recursive: true });
    rmSync(join(roi, 'PHANTOM-002/qc_overlay_mid.png'));
    const { stdout } = await inProcess.command(['report', out, '--roi', roi, '--out', to]);
    expect(stdout).toContain('report: 3 patients, 2 pictures');
    expect(read(join(to, 'index.html')).pictures?.patients).toEqual(['PHANTOM-001', 'PHANTOM-003']);
  });

  test('shows what map-back compared', async () => {
    const [back, to] = [join(work, 'back'), join(work, 'with-dice')];
    const roi = join(out, 'roi');
    await inProcess.command([
      ...['map-back', '--transforms', roi, '--roi', roi, '--pattern', '{patient}/tumor_roi.nii.gz'],
      ...['--out', back, '--compare', join(out, 'interim'), '--workers', '1'],
    ]);
    const { stdout } = await inProcess.command(['report', out, '--map-back', back, '--out', to]);
    expect(stdout).toContain('report: 3 patients, 3 pictures, 3 predictions compared');
    const { map_back } = read(join(to, 'index.html'));
    expect(map_back).toEqual(readJson<MapBackRecord>(back, 'map_back.json'));
    expect(map_back!.summary.min_dice).toBeGreaterThan(0.5);
    const file = join(back, 'map_back.json');
    await inProcess.command(['report', out, '--map-back', file, '--out', join(work, 'by-file')]);
    expect(read(join(work, 'by-file/index.html')).map_back).toEqual(map_back);
  });

  test('says what is not there or not of this version, and writes nothing', async () => {
    const to = join(work, 'never');
    const fails = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await report(...args, '--out', to);
      expect([code, existsSync(to)]).toEqual([1, false]);
      return stderr;
    };
    const empty = temporaryFolder();
    expect(await fails()).toContain('report: give the --out of preprocess, or --manifest and --roi');
    expect(await fails(empty)).toMatch(/holds no manifest\.json; give the folder that pass2-write wrote/);
    expect(await fails(out, '--roi', empty)).toMatch(
      /holds no PHANTOM-001\/qc_overlay_mid\.png, .*give with --roi where pass2-write wrote the ROIs/,
    );
    expect(await fails(out, '--map-back', empty)).toMatch(
      /map_back\.json: is not there; give with --map-back/,
    );
    const other = {
      swinprep_version: '0',
      summary: { num_ok: 0, num_excluded: 1, mean_dice: null, min_dice: null },
    };
    const exclusion = { patient_id: 'X', step: 'map-back', code: 'c', message: 'm' };
    const patients = [{ patient_id: 'X', state: 'excluded', exclusion }];
    const file = join(work, 'map_back.json');
    writeFileSync(file, JSON.stringify({ ...other, patients }));
    expect(await fails(out, '--map-back', file)).toContain('is of none of the patients in the manifest');
    writeFileSync(file, JSON.stringify({ ...other, patients, summary: {} }));
    expect(await fails(out, '--map-back', file)).toContain('was not written by this version of swinprep');
    const old = join(work, 'old');
    cpSync(manifest, old, { recursive: true });
    const { roi_changes_path, ...rest } = readJson<PageData['manifest']>(old, 'manifest.json');
    writeFileSync(join(old, 'manifest.json'), JSON.stringify(rest));
    expect(await fails(out, '--manifest', old)).toMatch(
      /manifest\.json: was not written by this version of swinprep \(roi_changes_path: /,
    );
  });
});
