import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writePhantom } from '../../src/demo/write-phantom.ts';
import { fingerprintOf } from '../../src/records/json.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import { type ArmServer, armServerHere } from '../support/azure/arm-server.ts';
import { type CliResult, readJson, temporaryFolder } from '../support/cli.ts';
import { commandHere, preprocess } from '../support/in-process.ts';

const FILE = path.join(import.meta.dirname, '../../pipelines/roi-data.yml');
const PLACE = 'https://lungs.blob.core.windows.net/roi/';
const CONTENT = 'c'.repeat(64);

let arm: ArmServer;
let manifest: Manifest;
const folder = temporaryFolder();
const made = path.join(folder, 'out/artifacts/pass2_write/manifest');
beforeAll(async () => {
  await writePhantom(folder, { patients: 3, gridSize: 64 });
  const config = path.join(folder, 'config.yml');
  writeFileSync(config, 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\n');
  const [raw, clinical] = [path.join(folder, 'raw'), path.join(folder, 'clinical.csv')];
  await preprocess({ raw, clinical, config, out: path.join(folder, 'out'), preset: 'lung1' });
  manifest = readJson<Manifest>(made, 'manifest.json');
  // As a run over data assets leaves it.
  manifest.data_assets = [
    { step: 'convert', input: 'raw', asset: 'azureml:raw:3' },
    { step: 'split', input: 'clinical', asset: 'azureml:clinical:7' },
    { step: 'convert', input: 'interim', asset: 'azureml:interim:1' },
    { step: 'pass2-write', input: 'interim', asset: 'azureml:interim:2' },
  ];
  writeFileSync(path.join(made, 'manifest.json'), JSON.stringify(manifest));
});
beforeEach(async () => {
  arm = await armServerHere();
  arm.states.set('j1', ['Completed']);
  arm.resources.set('/jobs/j1', {
    properties: { inputs: { content: { value: CONTENT }, preset: { value: 'lung1' } } },
  });
});

const data = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> =>
  commandHere(['azure', 'data', FILE, '--path', PLACE, '--as', '5', ...args], { ...arm.env, ...env });

const tags = () =>
  (arm.resources.get('/data/swinprep_roi/versions/5') as { properties: { tags: Record<string, string> } })
    .properties.tags;

const lineage = () => ({
  swinprep_version: manifest.swinprep_version,
  swinprep_job: 'j1',
  swinprep_content: CONTENT,
  swinprep_preset: 'lung1',
  swinprep_config_sha256: fingerprintOf(manifest.config),
  swinprep_mu_hu: JSON.stringify(manifest.global_mu),
  swinprep_sigma_hu: JSON.stringify(manifest.global_sigma),
  swinprep_window_hu: '-900, 100',
  swinprep_constants_scope: 'train',
  swinprep_constants_variance: 'total',
  swinprep_constants_patients: String(manifest.constants.num_samples_in_scope),
  swinprep_patients: String(manifest.outputs.length),
  swinprep_train: String(manifest.summary.num_train),
  swinprep_test: String(manifest.summary.num_test),
  swinprep_excluded: String(manifest.num_failures),
  swinprep_input_raw: 'azureml:raw:3',
  swinprep_input_clinical: 'azureml:clinical:7',
  swinprep_input_interim: 'azureml:interim:1, azureml:interim:2',
});

describe('a set of ROIs is registered with its lineage', () => {
  it('of its manifest and its job, and no patient is named', async () => {
    expect(await data(['--manifest', made, '--job', 'j1'])).toMatchObject({
      code: 0,
      stdout: 'data/swinprep_roi/versions/5: created\n',
    });
    expect(manifest.outputs.length).toBeGreaterThan(0);
    expect(tags()).toEqual(lineage());
    const patients = [...manifest.outputs, ...readJson<Manifest['outputs']>(made, 'failures.json')];
    const sent = readFileSync(path.join(made, 'manifest.json'), 'utf8');
    for (const { patient_id: patient } of patients) {
      expect(sent + readFileSync(path.join(made, 'failures.json'), 'utf8')).toContain(patient);
      expect(JSON.stringify(arm.seen)).not.toContain(patient);
    }
    for (const [name, value] of Object.entries(tags()))
      expect({ name, fits: name.length <= 100 && value.length <= 256 }).toEqual({ name, fits: true });
  });

  it('again unchanged; with another lineage it is an error that names the tags', async () => {
    await data(['--manifest', made, '--job', 'j1']);
    expect((await data(['--manifest', made, '--job', 'j1'])).stdout).toBe(
      'data/swinprep_roi/versions/5: unchanged\n',
    );
    const other = 'd'.repeat(64);
    const { code, stderr } = await data(['--manifest', made, '--job', 'j1', '--content', other]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `swinprep: data/swinprep_roi/versions/5 is registered already and differs; raise the version:\n  - properties.tags.swinprep_content: "${CONTENT}" there, "${other}" here\n`,
    });
  });

  it('inside a job, that of the job whose step it is', async () => {
    const env = { AZUREML_ROOT_RUN_ID: 'j1', AZUREML_RUN_ID: 'j1-child' };
    expect(await data(['--manifest', made], env)).toMatchObject({ code: 0 });
    expect(tags()).toEqual(lineage());
  });

  it('without a job, by the manifest alone', async () => {
    const { swinprep_job: _, swinprep_content: __, swinprep_preset: ___, ...own } = lineage();
    expect(await data(['--manifest', made])).toMatchObject({ code: 0 });
    expect(tags()).toEqual(own);
  });

  it('and not without its manifest', async () => {
    expect(await data([], { AZUREML_ROOT_RUN_ID: 'j1' })).toMatchObject({ code: 0 });
    expect(tags()).toEqual({});
  });
});

describe('a data asset is refused', () => {
  it.each([
    [['--manifest', 'MADE', '--job', 'gone'], '--job gone: there is no such job in the workspace ws'],
    [['--manifest', 'MADE/..'], 'holds no manifest.json; give the folder that pass2-write wrote'],
    [['--job', 'j1'], '--job, --content: go with --manifest, the folder of the manifest.json'],
    [['--manifest', 'MADE', '--content', 'abc'], '--content: must be the 64 hex digits'],
  ])('with %j', async (args, message) => {
    const { code, stderr } = await data(args.map((text) => text.replace('MADE', made)));
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
    expect(arm.resources.has('/data/swinprep_roi/versions/5')).toBe(false);
  });

  it.each([
    ['azureml:rois:1', 'path: azureml:rois:1 is a data asset itself; give the place where it lies'],
    ['./roi', 'path: ./roi is on this machine; upload it (azcopy) and give its URI'],
  ])('of the path %s', async (place, message) => {
    const { code, stderr } = await commandHere(['azure', 'data', FILE, '--path', place], arm.env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });

  it('whose file has a tag of the lineage', async () => {
    const file = path.join(temporaryFolder(), 'data.yml');
    writeFileSync(file, `${readFileSync(FILE, 'utf8')}tags: {swinprep_mu_hu: "0"}\n`);
    const { stderr } = await commandHere(
      ['azure', 'data', file, '--path', PLACE, '--manifest', made],
      arm.env,
    );
    expect(stderr).toBe(
      'swinprep: tags.swinprep_mu_hu: is written from the manifest; take it out of the file\n',
    );
  });
});
