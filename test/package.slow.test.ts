import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path, { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { readJson, temporaryFolder } from './support/cli.ts';
import { linkTargets, ROOT, readDocument } from './support/documents.ts';
import { reportData } from './support/report-data.ts';

const folder = temporaryFolder();

/** Runs a command in the folder that the package was installed into; nothing of the checkout is on its way. */
async function run(command: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(command, args, { cwd: folder, maxBuffer: 2 ** 26 });
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let packed: Packed;

beforeAll(async () => {
  // `npm run test:slow` has built dist, which others are reading now: it is not built again.
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    { cwd: ROOT, maxBuffer: 2 ** 26 },
  );
  // By package name since npm 12, a list before.
  [packed] = Object.values(JSON.parse(stdout) as Record<string, Packed>);
  await run('npm', 'init', '--yes');
  await run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed.filename}`);
});

test('the package holds what runs and what is read, and no sources or tests', () => {
  const tops = new Set(packed.files.map(({ path }) => path.split('/')[0]));
  expect([...tops].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'components',
    'dist',
    'docker',
    'docs',
    'findings',
    'infra',
    'package.json',
    'pipelines',
    'test',
  ]);
  expect(packed.files.filter(({ path }) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
});

test('its documents link what is in it', () => {
  const paths = new Set(packed.files.map(({ path: file }) => file));
  const folders = new Set([...paths].map((file) => path.dirname(file)));
  const dead = [...paths]
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      linkTargets(readDocument(file))
        .filter((target) => !/^(https?:|#)/.test(target))
        .map((target) => path.join(path.dirname(file), target.replace(/#.*/, '')))
        .filter((target) => !paths.has(target) && !folders.has(target.replace(/\/$/, '')))
        .map((target) => `${file}: ${target}`),
    );
  expect(dead).toEqual([]);
});

test('installed in an empty folder it runs', async () => {
  const { version } = readJson<{ version: string }>(ROOT, 'package.json');
  expect((await run('npx', 'swinprep', '--version')).stdout.trim()).toBe(version);
});

test('it brings its components and pipelines', async () => {
  const files = ['components', 'pipelines'].flatMap((name) =>
    readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.yml$/.test(file),
    ),
  );
  const { stdout } = await run('npx', 'swinprep', 'azure', 'lint');
  const [, checked, problems] = /lint: (\d+) Azure ML files checked, (\d+) problems/.exec(stdout) ?? [];
  expect(Number(problems)).toBe(0);
  expect(Number(checked)).toBeGreaterThan(0);
  expect(Number(checked)).toBeLessThanOrEqual(files.length);
});

test('without Azurite its demo runs over plain folders, takes them away again, and leaves what is not its own', async () => {
  const own = join(folder, 'demo-output/stores/mine.txt');
  mkdirSync(path.dirname(own), { recursive: true });
  writeFileSync(own, 'mine');
  const { stdout } = await run('npx', 'swinprep', 'demo', '--patients', '4');
  const place = /^Azurite is not installed \(npm install azurite\): plain folders take its place, in (.+)$/m;
  expect(stdout).toMatch(place);
  expect(() => readdirSync(path.resolve(folder, place.exec(stdout)![1]))).toThrow('ENOENT');
  expect(readFileSync(own, 'utf8')).toBe('mine');
  const manifest = readJson<{ summary: { num_ok: number } }>(
    folder,
    'demo-output/artifacts/pass2_write/manifest/manifest.json',
  );
  expect(manifest.summary.num_ok).toBeGreaterThan(0);
  const rois = readdirSync(join(folder, 'demo-output/roi'), { withFileTypes: true });
  expect(rois.filter((entry) => entry.isDirectory())).toHaveLength(manifest.summary.num_ok);
  expect(readFileSync(join(folder, 'demo-output/contact_sheet.png')).subarray(1, 4).toString()).toBe('PNG');
});

test('it brings its pages: a run leaves a report, and a review of it answers with report and viewer', async () => {
  await run('npx', 'swinprep', 'phantom', '--patients', '2', '--full', '0', '--out', 'cohort');
  const cohort = ['--raw', 'cohort/raw', '--clinical', 'cohort/clinical.csv'];
  await run('npx', 'swinprep', 'preprocess', ...cohort, '--out', 'out');
  const artifacts = 'out/artifacts/pass2_write/manifest';
  const report = readFileSync(join(folder, artifacts, 'report/index.html'), 'utf8');
  expect(reportData(report).manifest).toEqual(readJson(folder, artifacts, 'manifest.json'));
  const review = spawn('node_modules/.bin/swinprep', ['review', 'out'], { cwd: folder });
  onTestFinished(() => void review.kill());
  let printed = '';
  for await (const piece of review.stdout) {
    printed += piece;
    if (printed.includes('Ctrl-C')) break;
  }
  const url = /http:\S+/.exec(printed)![0];
  for (const page of ['', 'viewer', 'viewer.js', 'viewer.css'])
    expect((await fetch(`${url}${page}`)).status, page).toBe(200);
});
