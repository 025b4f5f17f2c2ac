import path from 'node:path';
import { expect, test } from 'vitest';
import { lintFiles, yamlFilesIn } from '../../src/azureml/lint.ts';
import { runPython } from './python.ts';

const root = path.resolve(import.meta.dirname, '../..');

test('azure-ai-ml loads and validates every Azure ML file without an error or a warning', async () => {
  const { checked } = await lintFiles(
    await yamlFilesIn(['components', 'pipelines'].map((name) => path.join(root, name))),
  );
  expect(checked.length).toBeGreaterThan(0);
  const args = checked.map(({ file, kind }) => `${kind}=${file}`);
  const found = JSON.parse(await runPython('validate_azure_yaml.py', args, 'azure-requirements.txt'));
  expect(found).toEqual(checked.map(({ file }) => ({ file, errors: [], warnings: [] })));
});
