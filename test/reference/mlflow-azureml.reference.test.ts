import { expect, test } from 'vitest';
import { readGolden } from '../support/goldens.ts';
import { runPython } from './python.ts';

test('azureml-mlflow sends what is recorded in test/goldens/azureml-mlflow.json', async () => {
  const sent = await runPython('record_azureml_mlflow.py', [], 'requirements-azureml-mlflow.txt');
  expect(JSON.parse(sent)).toEqual(readGolden('azureml-mlflow.json'));
});
