import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { phantomPatient } from '../../src/phantom/cohort.ts';
import { encodeSegmentation } from '../../src/phantom/objects/seg-object.ts';
import { namedStructures } from '../../src/phantom/objects/structure.ts';
import { studyOf } from '../../src/phantom/objects/study.ts';
import type { Changes } from '../../src/records/changes.ts';
import type { RoiChanges } from '../../src/records/roi-changes.ts';
import type { DatasetStats } from '../../src/records/stats.ts';
import { openStore } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { startProxy } from '../support/azure/proxy.ts';
import { readJson, temporaryFolder } from '../support/cli.ts';
import { gather, keysOf } from '../support/gather.ts';
import * as inProcess from '../support/in-process.ts';
import { COHORT, writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 4;
const names = Array.from({ length: PATIENTS }, (_, i) => `PHANTOM-00${i + 1}`);

/** The third of them: it is in train, and its mask is a SEG. */
const REDRAWN = { index: 2, name: 'PHANTOM-003' };

/** Coarse and small: what is done counts here, not how well. The tumour's voxels count for the constants. */
const CONFIG = `
resample: {spacingMm: [4, 4, 6]}
roi: {patch: 64x64x32}
intensity: {voxelRule: mask, minVoxels: 1}
output: {auditVolumes: false, gzipLevelInt: 1}
`;

const work = temporaryFolder();
const artifacts = join(work, 'artifacts');
const config = join(work, 'config.yml');
/** The statistics of the first run, which a model may have been trained by. */
const release = join(work, 'release');

let azurite: Azurite;
let proxy: Awaited<ReturnType<typeof startProxy>>;

/** Requests through the proxy that write or delete below `out`, in their order: `PUT roi/PATIENT/meta.json`. */
const touched: string[] = [];
/** Requests that are refused, as by a role that was taken away. */
let refused: RegExp | undefined;

beforeAll(async () => {
  writeFileSync(config, CONFIG);
  azurite = await startAzurite();
  proxy = await startProxy(azurite.url, (incoming, response) => {
    const { method, url = '' } = incoming;
    if (method === 'GET' || method === 'HEAD') return false;
    const request = `${method} ${decodeURIComponent(url).replace(/^.*?\/cohort\/out\/|\?.*$/g, '')}`;
    touched.push(request);
    if (!refused?.test(request)) return false;
    // Unread, the body would have the connection reset, and the client try again for a minute.
    incoming.resume();
    response.writeHead(403).end();
    return true;
  });
  await writePhantoms(`${azurite.url}/cohort`, PATIENTS);
});
afterAll(async () => {
  await proxy.close();
  await azurite.close();
});

interface Options {
  /** Keeps to the constants of the first run. */
  readonly freezeStats?: string;
  readonly previous?: string;
  readonly prune?: boolean;
}

async function preprocess(more: Options = {}, code = 0): Promise<string> {
  const at = (name: string): string => `${proxy.url}/cohort/${name}`;
  const places = { raw: at('raw'), clinical: at('clinical.csv'), out: at('out'), artifacts };
  touched.length = 0;
  const { stdout, stderr } = await inProcess.preprocess({ ...places, config, ...more }, code);
  return code === 0 ? stdout : stderr;
}

const changes = () => readJson<Changes>(artifacts, 'convert/cases/changes.json');
const roiChanges = () => readJson<RoiChanges>(artifacts, 'pass2_write/manifest/roi_changes.json');
const stats = () => readJson<DatasetStats>(artifacts, 'pass1_stats/stats/dataset_pass1_stats.json');

/** What was written or deleted, without what was done to it, by the patient's folder. */
function touchedOf(folder: string): string[] {
  const files = touched.map((request) => request.replace(/^\w+ /, ''));
  return [...new Set(files.filter((file) => file.startsWith(`${folder}/`)))]
    .map((file) => file.slice(folder.length + 1))
    .sort();
}

const foldersTouched = (store: 'interim' | 'roi') => [
  ...new Set(touchedOf(store).map((file) => file.split('/')[0])),
];

/** Content-MD5 of every blob below a place. */
async function contentOf(place: string): Promise<Record<string, string>> {
  const entries = await gather((await openStore(`${azurite.url}/cohort/${place}`)).list());
  return Object.fromEntries(entries.map(({ key, version }) => [key, version]));
}

/** Replaces a patient's SEG by one of the tumour alone, without the upper half of its slices. */
async function redraw(): Promise<void> {
  const { ct, plan, tumor } = phantomPatient(REDRAWN.index, COHORT);
  const [nx, ny, nz] = tumor.geometry.size;
  const used = Array.from({ length: nz }, (_, k) =>
    tumor.data.subarray(k * nx * ny, (k + 1) * nx * ny).some((v) => v > 0) ? k : -1,
  ).filter((k) => k >= 0);
  const half = used[Math.ceil(used.length / 2)];
  const mask = { ...tumor, data: tumor.data.map((v, i) => (i < half * nx * ny ? v : 0)) };
  const structure = { ...namedStructures.tumour, mask };
  const bytes = encodeSegmentation(studyOf(1, plan, ct.geometry), [structure]);
  const raw = await openStore(`${azurite.url}/cohort/raw/${REDRAWN.name}`);
  const seg = (await keysOf(raw)).filter((key) => key.endsWith('/1-1.dcm'));
  expect(seg).toHaveLength(1);
  await raw.write(seg[0], bytes);
}

const NORMALISED = ['ct_roi_norm.nii.gz', 'meta.json', 'transforms.json'];
const others = names.filter((name) => name !== REDRAWN.name);

test('a first run writes everything', async () => {
  await preprocess();
  expect(foldersTouched('roi')).toEqual([...names, 'rois.json']);
  expect(roiChanges()).toMatchObject({ previous: null, summary: { num_added: PATIENTS } });
  expect(readJson<{ patients: object[] }>(artifacts, 'split/split/split.json').patients).toContainEqual(
    expect.objectContaining({ patient_id: REDRAWN.name, split: 'train' }),
  );
  cpSync(join(artifacts, 'pass1_stats/stats'), release, { recursive: true });
});

test('a second one over the unchanged cohort writes nothing to interim or roi, and says so', async () => {
  const stdout = await preprocess();
  expect(touched).toEqual([]);
  expect(stdout.match(/nothing has changed since the last run/g)).toHaveLength(2);
  expect(roiChanges()).toMatchObject({ added: [], changed: [], removed: [], unchanged: names });
});

describe('when the SEG of one patient is replaced', () => {
  let before: Record<string, string>;
  beforeAll(async () => {
    before = await contentOf('out');
    await redraw();
  });

  test('with frozen constants that patient is written, and nobody else', async () => {
    const stdout = await preprocess({ freezeStats: release });
    // Its SEG is looked at anew.
    expect(foldersTouched('interim').sort()).toEqual([REDRAWN.name, 'cases.json', 'raw-index.json.gz']);
    expect(foldersTouched('roi')).toEqual([REDRAWN.name, 'rois.json']);
    expect(changes().changed).toEqual([
      {
        ...{ patient_id: REDRAWN.name, state: 'ok', state_before: 'ok' },
        ...{ why: ['files'], volumes: ['tumor'] },
      },
    ]);
    const [changed, ...more] = roiChanges().changed;
    expect(changed).toMatchObject({ patient_id: REDRAWN.name, state: 'ok', why: ['volumes'] });
    expect(changed.files).toEqual(expect.arrayContaining(['tumor_roi', 'transforms']));
    expect(more).toEqual([]);
    expect(roiChanges().unchanged).toEqual(others);
    const after = await contentOf('out');
    const differing = Object.keys(after).filter((key) => after[key] !== before[key]);
    expect(differing).toContain(`interim/${REDRAWN.name}/tumor.nii.gz`);
    expect(differing).not.toContain(`interim/${REDRAWN.name}/ct.nii.gz`);
    expect(differing.filter((key) => others.some((name) => key.includes(name)))).toEqual([]);
    const released = readJson<DatasetStats>(release, 'dataset_pass1_stats.json');
    expect(stats().config_after_pass1).toEqual(released.config_after_pass1);
    expect(stats().pass1_summary.global_mu).not.toBe(released.pass1_summary.global_mu);
    expect(stdout).toContain('constants are frozen: mu');
    before = after;
  });

  test('with constants that follow, the others are normalised anew and no more', async () => {
    const stdout = await preprocess();
    expect(touchedOf('interim')).toEqual([]);
    expect(touchedOf('roi')).toEqual([
      ...names.flatMap((name) => NORMALISED.map((file) => `${name}/${file}`)),
      'rois.json',
    ]);
    expect(roiChanges()).toMatchObject({
      summary: { num_changed: 4, num_changed_by_constants: 4, num_unchanged: 0 },
      changed: names.map((patient_id) => ({
        ...{ patient_id, why: ['constants'], files: ['ct_roi_norm', 'transforms'] },
      })),
    });
    expect(stdout).toContain(
      'the constants of the data set have changed: 4 patients were only normalised anew',
    );
    // Taken back first and committed last, so that a kill in between leaves nothing that counts as done.
    for (const name of names) {
      const requests = touched.filter((request) => request.includes(`roi/${name}/`));
      expect(requests[0]).toBe(`DELETE roi/${name}/meta.json`);
      expect(requests.at(-1)).toBe(`PUT roi/${name}/meta.json`);
      expect(requests).toHaveLength(4);
    }
  });

  test('stopped between two writes, the next run ends in the same bytes', async () => {
    const whole = await contentOf('out');
    refused = new RegExp(`^PUT roi/${REDRAWN.name}/transforms`);
    const stderr = await preprocess({ freezeStats: release }, 1);
    refused = undefined;
    expect(stderr).toContain(REDRAWN.name);
    expect(Object.keys(await contentOf(`out/roi/${REDRAWN.name}`))).not.toContain('meta.json');
    await preprocess({ freezeStats: release });
    expect(touchedOf('roi')).toContain(`${REDRAWN.name}/ct_roi_hu.nii.gz`);
    expect(touchedOf('roi')).not.toContain('PHANTOM-001/ct_roi_hu.nii.gz');
    expect(await contentOf('out')).toEqual(before);
    await preprocess();
    expect(await contentOf('out')).toEqual(whole);
  });
});

describe('a patient that is gone', () => {
  const gone = 'PHANTOM-002';
  const keysIn = async (place: string) => keysOf(await openStore(`${azurite.url}/cohort/${place}`));
  beforeAll(async () => {
    const raw = await openStore(`${azurite.url}/cohort/raw/${gone}`);
    for (const key of await keysOf(raw)) await raw.delete(key);
    const out = await openStore(`${azurite.url}/cohort/out`);
    for (const key of [`roi/${gone}/notes.txt`, 'roi/mine/model.pt', 'interim/.state/split.json'])
      await out.write(key, new TextEncoder().encode('of somebody else'));
  });

  test('is kept in the stores, and with --prune loses what swinprep wrote and nothing else', async () => {
    await preprocess({ freezeStats: release, previous: join(artifacts, 'split/split') });
    expect(changes()).toMatchObject({ removed: [{ patient_id: gone }], pruned: null });
    expect(await keysIn(`out/interim/${gone}`)).toContain('case.json');
    const kept = Object.entries(await contentOf('out')).filter(([key]) => !key.includes(gone));
    const stdout = await preprocess({
      ...{ freezeStats: release, previous: join(artifacts, 'split/split'), prune: true },
    });
    expect(await keysIn(`out/interim/${gone}`)).toEqual([]);
    expect(await keysIn(`out/roi/${gone}`)).toEqual(['notes.txt']);
    expect(changes().pruned).toEqual({ deleted: [gone], left: [] });
    const left = ['PHANTOM-002', 'mine'].map((patient_id) => ({ patient_id, files: 1 }));
    expect(roiChanges().pruned).toEqual({ deleted: [gone], left });
    expect(stdout).toContain('pruned: 1 patients that are no longer made');
    const now = Object.entries(await contentOf('out')).filter(([key]) => !key.includes(gone));
    expect(now).toEqual(kept);
  });

  test('is not told from the others by a run over the first few', async () => {
    const places = ['--raw', `${proxy.url}/cohort/raw`, '--interim', `${proxy.url}/cohort/out/interim`];
    const args = ['convert', ...places, '--cases', temporaryFolder(), '--limit', '1', '--prune'];
    expect((await inProcess.command(args, 1)).stderr).toContain('--prune: not with --limit');
  });
});
