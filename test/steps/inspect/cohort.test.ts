import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { phantomFiles } from '../../../src/phantom/cohort.ts';
import { findPatients } from '../../../src/raw/cohort/patients.ts';
import { type Inspection, inspectionSchema } from '../../../src/records/inspection.ts';
import { inspect } from '../../../src/steps/inspect/cohort.ts';
import { openStore } from '../../../src/storage/open.ts';
import { startAzurite } from '../../support/azure/azurite.ts';
import { startProxy } from '../../support/azure/proxy.ts';
import { cli, temporaryFolder } from '../../support/cli.ts';
import * as inProcess from '../../support/in-process.ts';
import { hasSharedData, shared } from '../../support/shared-data.ts';

/** Two patients, SEG and RTSTRUCT; slices of 77 kB, of which a header is the smaller part. */
const files = [...phantomFiles({ patients: 2, full: 0, gridSize: 192 })].filter(({ key }) =>
  key.startsWith('raw/'),
);
const [first, second] = ['PHANTOM-001', 'PHANTOM-002'];
const of = (patient: string) => files.filter(({ key }) => key.startsWith(`raw/${patient}/`));

function write(folder: string, entries: readonly { key: string; bytes: Uint8Array }[]): string {
  for (const { key, bytes } of entries) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), bytes);
  }
  return folder;
}

const options = {
  preset: 'lung1',
  names: false,
  workers: 0,
  report: () => {},
} as const;

describe('one patient is told from a cohort', () => {
  const patient = (name = second, depth = 2) =>
    write(
      join(temporaryFolder(), name),
      of(second).map(({ key, bytes }) => ({ key: key.split('/').slice(depth).join('/'), bytes })),
    );
  const cohort = (...patients: string[]) =>
    write(
      temporaryFolder(),
      patients.flatMap(of).map(({ key, bytes }) => ({ key: key.slice('raw/'.length), bytes })),
    );
  const beside = (folder: string, name: string, bytes: Uint8Array) => write(folder, [{ key: name, bytes }]);
  const clinical = new TextEncoder().encode('PatientID,Overall.Stage\r\n');

  test.each([
    ['a study folder in a folder named as the patient', () => patient(), true],
    ['two series folders of one study', () => patient('study of somebody', 3), true],
    ['DICOM files', () => join(patient('series of somebody', 3), of(second)[0].key.split('/')[3]), true],
    ['two patients', () => cohort(first, second), false],
    ['one patient in a cohort of its own', () => cohort(second), false],
    ['a cohort beside its clinical table', () => beside(cohort(second), 'clinical.csv', clinical), false],
    ['archives', () => beside(temporaryFolder(), 'P.zip', zipSync({})), false],
    ['nothing', () => temporaryFolder(), false],
    ['a place that does not exist', () => join(temporaryFolder(), 'none'), false],
  ])('%s', async (_, make, one) => {
    const raw = make();
    const found = findPatients({ raw, config: PRESETS.lung1, report: () => {} });
    const layout = await found.then((data) => data.layout).catch(() => undefined);
    expect(layout === 'one-patient').toBe(one);
  });

  test('or by word', async () => {
    const folder = cohort(second);
    const { patients } = await inspect({ ...options, uri: folder, patient: true });
    expect(patients).toMatchObject([{ patient_id: basename(folder), verdict: 'would-convert' }]);
  });

  test('files of two patients are no patient, whatever the word', async () => {
    const { patients } = await inspect({ ...options, uri: cohort(first, second), patient: true });
    expect(patients.map(({ exclusion }) => exclusion?.code)).toEqual(['several-patients']);
  });
});

describe('in Blob Storage', () => {
  test('a patient costs a listing, a request of 32 KiB a file, and its contours whole', async () => {
    const azurite = await startAzurite();
    const asked: string[] = [];
    const proxy = await startProxy(azurite.url, ({ method, headers, url = '' }) => {
      const list = url.includes('comp=list');
      asked.push(list ? 'list' : `${method} ${headers['x-ms-range'] ?? 'whole'}`);
      return false;
    });
    try {
      const store = await openStore(`${azurite.url}/raw`);
      for (const { key, bytes } of of(second)) await store.write(key.slice('raw/'.length), bytes);
      const found = await inspect({ ...options, uri: `${proxy.url}/raw/${second}`, patient: true });
      expect(found.patients).toMatchObject([{ patient_id: second, verdict: 'would-convert' }]);
      const count = of(second).length;
      const ranges = asked.filter((request) => request === 'GET bytes=0-32767');
      expect(asked.filter((request) => request === 'list')).toHaveLength(1);
      expect(ranges).toHaveLength(count);
      // The contours: 32 KiB do not hold them, nor does a step to 1 MiB end in pixels.
      const [{ bytes: contours }] = of(second).slice(-1);
      expect(asked.length - 1 - count).toBe(contours.length > 2 ** 20 ? 2 : 1);

      const credential = new StorageSharedKeyCredential(
        'devstoreaccount1',
        'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
      );
      const packed = zipSync(Object.fromEntries(of(first).map(({ key, bytes }) => [key.slice(4), bytes])), {
        level: 1,
      });
      await store.write(`${first}.zip`, packed);
      const sas = generateBlobSASQueryParameters(
        {
          containerName: 'raw',
          permissions: ContainerSASPermissions.parse('rl'),
          expiresOn: new Date(Date.now() + 3_600_000),
        },
        credential,
      );
      const zip = await inspect({ ...options, uri: `${azurite.url}/raw/${first}.zip?${sas}` });
      expect(zip.patients).toMatchObject([{ patient_id: first, verdict: 'would-convert' }]);
      const { stdout } = await inProcess.command(['inspect', `${azurite.url}/raw?${sas}`, '--json']);
      const cohort = inspectionSchema.parse(JSON.parse(stdout));
      expect(cohort.patients).toEqual([...zip.patients, ...found.patients]);
    } finally {
      await proxy.close();
      await azurite.close();
    }
  });
});

/** A file of the second patient as one of another, named by fewer letters: values may be padded. */
function patientCalled(name: string, bytes: Uint8Array): Uint8Array {
  const renamed = Buffer.from(bytes);
  for (let at = renamed.indexOf(second); at >= 0; at = renamed.indexOf(second, at + 1))
    renamed.write(name.padEnd(second.length), at, 'latin1');
  return renamed;
}

describe('on the command line', () => {
  const raw = temporaryFolder();
  let text: string;
  let stderr: string;
  let json: Inspection;
  beforeAll(async () => {
    write(
      raw,
      files.map(({ key, bytes }) => ({ key: key.slice('raw/'.length), bytes })),
    );
    const nameless = write(
      join(raw, 'B'),
      of(second).map(({ key, bytes }) => ({
        key: key.split('/').slice(3).join('/'),
        bytes: patientCalled('B', bytes),
      })),
    );
    const rtstruct = join(nameless, of(second).at(-1)!.key.split('/').slice(3).join('/'));
    const bytes = readFileSync(rtstruct);
    bytes.write('Mr. X', bytes.indexOf('GTV-1'), 'latin1');
    writeFileSync(rtstruct, bytes);
    ({ stdout: text, stderr } = await cli(['inspect', raw]));
    json = inspectionSchema.parse(JSON.parse((await inProcess.command(['inspect', raw, '--json'])).stdout));
  });

  test('a block a patient says what convert would do, and a table which ROI names there are', () => {
    expect(text).toMatch(
      /^PHANTOM-002: would convert: CT 71 slices 192x192, \d\.\d{3}x\d\.\d{3}x3\.000 mm, RTSTRUCT `GTV-1` by series UID, [\d.]+ ml$/m,
    );
    expect(text).toMatch(/^PHANTOM-001: would convert: .*SEG `GTV-1` by series UID$/m);
    expect(text).toMatch(/^B: would be excluded: no-tumor-roi: /m);
    expect(text).toMatch(/^3 patients: 2 would convert, 1 would be excluded$/m);
    expect(text).toMatch(/^GTV-1 +2 {2}matches$/m);
    expect(text).toMatch(/^\(name withheld\) +1 {2}-$/m);
    expect(stderr).toContain('[3/3');
  });

  test('the document counts the same', () => {
    expect(json.summary).toMatchObject({
      num_patients: 3,
      num_would_convert: 2,
      num_would_be_excluded: 1,
      exclusions: [{ code: 'no-tumor-roi', patients: 1 }],
    });
    expect(json.patients.map((patient) => patient.patient_id)).toEqual(['B', first, second]);
    expect(json.summary.roi_names).toContainEqual({ name: 'GTV-1', patients: 2, matches: true });
  });

  test('names that may identify somebody are shown only when asked for', async () => {
    expect(text + stderr + JSON.stringify(json)).not.toContain('Mr. X');
    expect((await inProcess.command(['inspect', join(raw, 'B'), '--names'])).stdout).toContain('Mr. X');
  });

  test('mask.roiNames decides, from a configuration file', async () => {
    const config = join(temporaryFolder(), 'config.yml');
    writeFileSync(config, 'mask: {roiNames: ["^mr. x$"]}\n');
    const { stdout } = await inProcess.command(['inspect', join(raw, 'B'), '--config', config]);
    expect(stdout).toMatch(/^B: would convert: .*`\(name withheld\)` by series UID/m);
  });

  test('a place that is not there fails', async () => {
    expect((await inProcess.command(['inspect', join(raw, 'none')], 1)).stderr).toContain('holds no patient');
    expect((await inProcess.command(['inspect', join(raw, 'none'), '--patient'], 1)).stderr).toContain(
      'holds nothing',
    );
    expect((await inProcess.command(['inspect', join(raw, 'none.zip')], 1)).stderr).toContain(
      'none.zip: does not exist',
    );
  });

  test('an archive that cannot be read is a patient excluded', async () => {
    const folder = write(temporaryFolder(), [{ key: 'P.zip', bytes: new Uint8Array(9) }]);
    expect((await inProcess.command(['inspect', folder])).stdout).toContain(
      'P: would be excluded: unreadable-archive',
    );
    renameSync(join(folder, 'P.zip'), join(folder, 'Q.ZIP'));
    expect((await inProcess.command(['inspect', join(folder, 'Q.ZIP')])).stdout).toContain(
      'Q: would be excluded',
    );
  });

  test.runIf(hasSharedData)('the two real patients', async () => {
    const { stdout } = await inProcess.command(['inspect', shared('lung1')]);
    expect(stdout).toContain(
      'LUNG1-001: would convert: CT 134 slices 512x512, 0.977x0.977x3.000 mm, RTSTRUCT `GTV-1` by series UID, 156.3 ml',
    );
    expect(stdout).toContain(
      'LUNG1-002: would convert: CT 111 slices 512x512, 0.977x0.977x3.000 mm, RTSTRUCT `GTV-1` by series UID, 359.5 ml',
    );
    expect(stdout).toContain('2 patients: 2 would convert, 0 would be excluded');
  });
});
