import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writePhantom } from '../../src/demo/write-phantom.ts';
import { openStore } from '../../src/storage/open.ts';
import { type ArmServer, startArmServer } from '../support/azure/arm-server.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { type CliResult, temporaryFolder } from '../support/cli.ts';
import { codeBlocks, ROOT, readDocument, sections } from '../support/documents.ts';
import { preprocess } from '../support/in-process.ts';

const STAND_INS = path.join(ROOT, 'test/support/azure/azure-stand-ins.ts');

/** The numbered sections: the walk. What stands below them is for reference. */
const steps = sections(readDocument('docs/azure.md')).filter(({ heading }) => /^\d/.test(heading));

let arm: ArmServer;
let azurite: Azurite;
let folder: string;
let calls: string[];
let result: CliResult;

/** Runs every command of the steps of docs/azure.md in one shell; az, azcopy, npm and npx are stand-ins, swinprep is itself. */
beforeAll(async () => {
  [arm, azurite] = await Promise.all([startArmServer(), startAzurite()]);
  arm.resources.set('/datastores/workspaceblobstore', {
    properties: {
      accountName: 'devstoreaccount1',
      containerName: 'azureml',
      endpoint: new URL(azurite.url).host,
      protocol: 'http',
    },
  });
  await leaveManifest();
  folder = temporaryFolder();
  // The top of the repository, where nothing is written into it.
  for (const name of ['components', 'docker', 'infra', 'package.json', 'pipelines'])
    symlinkSync(path.join(ROOT, name), path.join(folder, name));
  mkdirSync(path.join(folder, 'dist-function'));
  writeFileSync(path.join(folder, 'dist-function/swinprep-function.zip'), '');
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  for (const name of ['az', 'azcopy', 'npm', 'npx']) {
    const file = path.join(bin, name);
    const node = `'${process.execPath}' --experimental-strip-types --no-warnings`;
    writeFileSync(file, `#!/bin/sh\nexec ${node} '${STAND_INS}' ${name} "$@"\n`);
    chmodSync(file, 0o755);
  }
  // The one workspace of the server lies in the group `rg`.
  const script = steps
    .flatMap(({ text }) => codeBlocks(text, 'sh'))
    .join('\n')
    .replace('GROUP=swinprep', 'GROUP=rg')
    // azcopy is a stand-in: there are no data that could be listed.
    .replace('azure submit pipelines/preprocess.yml', '$& --no-content');
  const log = path.join(folder, 'calls');
  result = await bash(script, {
    ...arm.env,
    PATH: `${bin}:${process.env.PATH}`,
    CALLS: log,
    ACCOUNT: 'https://swinprepdata.blob.core.windows.net',
    // The document sets them itself.
    AZURE_SUBSCRIPTION_ID: undefined,
    AZURE_RESOURCE_GROUP: undefined,
    AZURE_ML_WORKSPACE: undefined,
  });
  calls = readFileSync(log, 'utf8').trim().split('\n');
});
afterAll(async () => {
  await Promise.all([azurite.close(), arm.stop()]);
  rmSync(folder, { recursive: true });
});

/** Puts the manifest of a small cohort where Azure ML would keep the last step's output. */
async function leaveManifest(): Promise<void> {
  const cohort = temporaryFolder();
  await writePhantom(cohort, { patients: 2, gridSize: 64 });
  const config = path.join(cohort, 'config.yml');
  writeFileSync(config, 'resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\n');
  const out = path.join(cohort, 'out');
  const [raw, clinical] = [path.join(cohort, 'raw'), path.join(cohort, 'clinical.csv')];
  await preprocess({ raw, clinical, config, out });
  const manifest = readFileSync(path.join(out, 'artifacts/pass2_write/manifest/manifest.json'));
  await (await openStore(`${azurite.url}/azureml`)).write('azureml/step-1/manifest/manifest.json', manifest);
}

function bash(script: string, env: NodeJS.ProcessEnv): Promise<CliResult> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const sent = (kind: string): string[] => [...arm.resources.keys()].filter((place) => place.startsWith(kind));

it('docs/azure.md has eight steps, of which each has commands', () => {
  expect(steps.map(({ heading }) => Number.parseInt(heading, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  for (const { heading, text } of steps) expect(codeBlocks(text, 'sh'), heading).not.toEqual([]);
});

it('docs/azure.md runs from its first command to its last', () => {
  expect({ code: result.code, end: result.stderr.slice(-2000) }).toMatchObject({ code: 0 });
  expect(calls.filter((call) => /^az deployment group create/.test(call))).toHaveLength(3);
});

it('docs/azure.md registers the image that it built', () => {
  const build = calls.find((call) => call.startsWith('az acr build'))!;
  expect(build).toMatch(
    /--registry swinprepregistry --image swinprep:\d+\.\d+\.\d+ --file docker\/Dockerfile \.$/,
  );
  const [environment] = sent('/environments/');
  const { image } = arm.resources.get(environment)!.properties as { image: string };
  expect(image).toBe(`swinprepregistry.azurecr.io/${/swinprep:\S+/.exec(build)![0]}`);
});

it('docs/azure.md starts a trial and the whole cohort on the places that it made and filled', () => {
  const jobs = sent('/jobs/').map((place) => arm.resources.get(place)!.properties as JobProperties);
  expect(jobs.map(({ displayName }) => displayName)).toEqual(['swinprep smoke test', 'swinprep preprocess']);
  const uploads = calls.filter((call) => call.startsWith('azcopy')).map((call) => call.split(' ')[3]);
  for (const { inputs } of jobs) {
    expect(uploads).toContain(inputs.raw.value);
    expect(uploads).toContain(inputs.clinical.value);
  }
  const [trial, whole] = jobs.map(({ inputs }) => inputs.roi.value);
  expect(trial).toBe(`${whole}/smoke`);
});

it('docs/azure.md registers the ROIs of that cohort, and schedules it', () => {
  const data = arm.resources.get('/data/swinprep_roi/versions/1')!.properties as {
    dataUri: string;
    tags: Record<string, string>;
  };
  const schedule = arm.resources.get('/schedules/swinprep_rerun_nightly')!.properties as {
    action: { jobDefinition: JobProperties };
  };
  const [, whole] = sent('/jobs/');
  expect(data.tags).toMatchObject({ swinprep_job: whole.slice('/jobs/'.length), swinprep_preset: 'lung1' });
  expect(data.dataUri).toBe(`${schedule.action.jobDefinition.inputs.roi.value}/`);
});

interface JobProperties {
  readonly displayName: string;
  readonly inputs: Readonly<Record<string, { readonly value: string }>>;
}
