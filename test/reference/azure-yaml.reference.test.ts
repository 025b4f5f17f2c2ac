import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ArmRequest } from '../../src/azureml/request-bodies/asset-body.ts';
import { lintFiles, yamlFilesIn } from '../../src/azureml/yaml/lint.ts';
import { comparable, comparableSet, FILES, KINDS, requestsFor } from '../support/azure/arm-bodies.ts';
import { readJson, temporaryFolder } from '../support/cli.ts';
import { runPython } from './python.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** What azure-ai-ml has to say of a file, and what it sends. */
interface Verdict {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly requests: readonly ArmRequest[];
}

/** The files of the repository with names in place of `<account>` and `<registry>`. */
async function filledFiles() {
  const work = temporaryFolder();
  const folders = ['components', 'pipelines'].map((name) => path.join(work, name));
  for (const folder of folders) cpSync(path.join(root, path.basename(folder)), folder, { recursive: true });
  const files = await yamlFilesIn(folders);
  for (const file of files)
    writeFileSync(file, readFileSync(file, 'utf8').replace(/<(account|registry)>/g, '$1'));
  return (await lintFiles(files)).checked;
}

async function sdk<T>(script: string, files: readonly { file: string; kind: string }[]): Promise<T> {
  const args = files.map(({ file, kind }) => `${kind}=${file}`);
  return JSON.parse(await runPython(script, args, 'requirements-azure.txt')) as T;
}

test('azure-ai-ml loads and validates every Azure ML file without an error or a warning', async () => {
  const folders = ['components', 'pipelines'].map((name) => path.join(root, name));
  const { checked } = await lintFiles(await yamlFilesIn(folders));
  expect(checked.length).toBeGreaterThan(0);
  const found = await sdk('validate_azure_yaml.py', checked);
  expect(found).toEqual(checked.map(({ file }) => ({ file, errors: [], warnings: [] })));
});

test('azure-ai-ml sends the bodies that are recorded in test/goldens/azure-bodies.json', async () => {
  const files = Object.entries(KINDS).map(([name, kind]) => ({ file: path.join(FILES, name), kind }));
  const sent = await sdk<Record<string, ArmRequest[]>>('record_azure_bodies.py', files);
  const recorded = readJson<Record<string, ArmRequest[]>>(root, 'test/goldens/azure-bodies.json');
  expect(Object.keys(sent)).toEqual(Object.keys(recorded));
  for (const name of Object.keys(recorded))
    expect(comparable(sent[name])).toEqual(comparable(recorded[name]));
});

test('azure-ai-ml looks assets up as is recorded in test/goldens/azure-lookups.json', async () => {
  const recorded = readJson(root, 'test/goldens/azure-lookups.json');
  expect(await sdk('record_azure_lookups.py', [])).toEqual(recorded);
});

test('azure-ai-ml says of the variants, and sends for them, what is recorded in test/goldens/azure-variants.json', async () => {
  const recorded = readJson<Record<string, Verdict>>(root, 'test/goldens/azure-variants.json');
  const files = Object.keys(recorded).map((name) => ({
    file: path.join(root, 'test/azureml/variants', name),
    kind: 'pipeline',
  }));
  const found = await sdk<Record<string, Verdict>>('record_azure_variants.py', files);
  expect(Object.keys(found)).toEqual(Object.keys(recorded));
  for (const [name, { errors, warnings, requests }] of Object.entries(recorded)) {
    expect({ errors: found[name].errors, warnings: found[name].warnings }, name).toEqual({
      errors,
      warnings,
    });
    expect(comparableSet(found[name].requests), name).toEqual(comparableSet(requests));
  }
});

test('swinprep and azure-ai-ml send the same for the files of the repository', async () => {
  for (const { file, kind } of await filledFiles()) {
    const sent = await sdk<Record<string, ArmRequest[]>>('record_azure_bodies.py', [{ file, kind }]);
    expect(comparable(await requestsFor(kind, file)), file).toEqual(comparable(Object.values(sent)[0]));
  }
});
