import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { gunzip } from '../../src/nifti/gunzip.ts';
import type { Changes } from '../../src/records/changes.ts';
import { type CliResult, hashesOf, readJson, startCli, temporaryFolder } from '../support/cli.ts';
import { hasIgzip, pathWith } from '../support/igzip.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';

const PATIENTS = 3;
const cohort = temporaryFolder();

beforeAll(async () => {
  await writePhantoms(cohort, PATIENTS);
});

type Engine = 'wasm' | 'zlib' | 'igzip';

/** Coarse and small: the bytes count here, not how well. */
function configFile(engine: Engine): string {
  const file = join(temporaryFolder(), 'config.yml');
  writeFileSync(
    file,
    `resample: {spacingMm: [4, 4, 6]}\nroi: {patch: 64x64x32}\noutput: {gzipEngine: ${engine}, qcOverlay: false}\n`,
  );
  return file;
}

const inputs = { raw: join(cohort, 'raw'), clinical: join(cohort, 'clinical.csv') };

function preprocess(out: string, engine: Engine): Promise<CliResult> {
  return inProcess.preprocess({ ...inputs, out, config: configFile(engine) });
}

function preprocessArgs(out: string): string[] {
  const places = ['--raw', inputs.raw, '--clinical', inputs.clinical, '--out', out];
  return ['preprocess', ...places, '--config', configFile('igzip')];
}

function convert(out: string): string[] {
  return [
    ...['convert', '--raw', join(cohort, 'raw'), '--interim', join(out, 'interim')],
    ...['--cases', join(out, 'cases'), '--config', configFile('igzip'), '--workers', '1'],
  ];
}

/** What the volumes of a run inflate to, by path. */
function inflated(out: string): Map<string, Buffer> {
  const names = Object.keys(hashesOf(out, '.nii.gz'));
  return new Map(names.map((name) => [name, Buffer.from(gunzip(readFileSync(join(out, name))))]));
}

const byZlib = temporaryFolder();

beforeAll(async () => {
  await preprocess(byZlib, 'zlib');
});

test('a run with the kernel writes the volumes of one with zlib, other bytes that inflate to the same, and again the same bytes', async () => {
  const runs = [temporaryFolder(), temporaryFolder()];
  for (const out of runs) await preprocess(out, 'wasm');
  expect(inflated(runs[0])).toEqual(inflated(byZlib));
  const [zlib, kernel, again] = [byZlib, ...runs].map((out) => hashesOf(out, '.nii.gz'));
  for (const [name, hash] of Object.entries(kernel)) expect(hash).not.toBe(zlib[name]);
  expect(again).toEqual(kernel);
});

describe.runIf(hasIgzip)('a run with igzip', () => {
  const byIgzip = temporaryFolder();

  beforeAll(async () => {
    await preprocess(byIgzip, 'igzip');
  });

  test('writes the volumes of one with zlib, other bytes that inflate to the same', () => {
    const volumes = inflated(byIgzip);
    expect(volumes.size).toBeGreaterThan(4 * PATIENTS);
    expect(volumes).toEqual(inflated(byZlib));
    const [zlib, igzip] = [byZlib, byIgzip].map((out) => hashesOf(out, '.nii.gz'));
    for (const name of volumes.keys()) expect(igzip[name]).not.toBe(zlib[name]);
  });

  test('does nothing a second time', async () => {
    const before = hashesOf(byIgzip, '.nii.gz');
    const { stdout } = await preprocess(byIgzip, 'igzip');
    expect(stdout.match(/(done before|measured already)$/gm)).toHaveLength(3);
    expect(hashesOf(byIgzip, '.nii.gz')).toEqual(before);
  });

  test('gives way to one with zlib over the same places', async () => {
    const { stdout } = await preprocess(byIgzip, 'zlib');
    expect(stdout).not.toContain('done before');
    const { changed } = readJson<Changes>(byIgzip, 'artifacts/convert/cases/changes.json');
    expect(changed.map(({ why }) => why)).toEqual(Array(PATIENTS).fill(['configuration']));
    expect(hashesOf(byIgzip, '.nii.gz')).toEqual(hashesOf(byZlib, '.nii.gz'));
  });
});

describe('where igzip is not there', () => {
  const ABSENT =
    'swinprep: output.gzipEngine is igzip, and igzip is not on the PATH; install the package isal (Debian, Ubuntu: apt install isal), or set output.gzipEngine: wasm';
  const without = (args: readonly string[]): Promise<CliResult> =>
    startCli(args, { PATH: temporaryFolder() }).ended;

  test.each([
    ['preprocess', preprocessArgs],
    ['convert', convert],
  ])('%s says so before any patient', async (_, args) => {
    const out = join(temporaryFolder(), 'out');
    const { code, stdout, stderr } = await without(args(out));
    expect([code, stdout, stderr.trimEnd()]).toEqual([1, '', ABSENT]);
    expect(existsSync(out)).toBe(false);
  });

  test('pass2-write says so, whose configuration comes from the steps before', async () => {
    const out = temporaryFolder();
    vi.stubEnv('PATH', pathWith('exec gzip "$@"'));
    await preprocess(out, 'igzip').finally(() => vi.unstubAllEnvs());
    rmSync(join(out, 'roi'), { recursive: true });
    const artifact = (path: string): string => join(out, 'artifacts', path);
    const { code, stderr } = await without([
      ...['pass2-write', '--cases', artifact('convert/cases'), '--split', artifact('split/split')],
      ...['--stats', artifact('pass1_stats/stats'), '--interim', join(out, 'interim')],
      ...['--roi', join(out, 'roi'), '--manifest', join(out, 'manifest')],
    ]);
    expect([code, stderr.trimEnd()]).toEqual([1, ABSENT]);
    expect(existsSync(join(out, 'roi'))).toBe(false);
  });

  test('a run with zlib does not look for it', async () => {
    const out = temporaryFolder();
    const args = convert(out).map((arg) => (arg.endsWith('config.yml') ? configFile('zlib') : arg));
    expect((await without(args)).code).toBe(0);
  });
});

test('where igzip fails once, that patient is not finished, which is told with the file; the others are', async () => {
  const out = temporaryFolder();
  // It is tried once, then makes CT and mask of each patient: the fourth call is for the CT of the second.
  const PATH = pathWith(
    'echo >> "$0.calls"; [ "$(wc -l < "$0.calls")" -ne 4 ] || { echo no space >&2; exit 9; }\nexec gzip "$@"',
  );
  const failed = await startCli(convert(out), { PATH }).ended;
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain(
    '1 of 3 patients could not be finished; run the same command again, what is done is kept:\n  PHANTOM-002: ct.nii.gz: igzip ended with code 9: no space',
  );
  const written = readdirSync(join(out, 'interim'), { recursive: true }).map(String);
  expect(written.filter((name) => name.endsWith('case.json')).sort()).toEqual([
    'PHANTOM-001/case.json',
    'PHANTOM-003/case.json',
  ]);
  const again = await startCli(convert(out), { PATH }).ended;
  expect(again.stdout).toContain('convert: 3 ok, 0 excluded, 2 done before');
});
