import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findWorkspace } from '../../../src/azureml/arm/find-workspace.ts';
import { UsageError } from '../../../src/errors.ts';
import { temporaryFolder } from '../../support/cli.ts';

const folder = temporaryFolder();
const below = path.join(folder, 'a/b');
mkdirSync(below, { recursive: true });
writeFileSync(
  path.join(folder, 'config.json'),
  '{"subscription_id": "s", "resource_group": "g", "workspace_name": "w"}',
);

it('is read from the config.json of a folder above, past those of other tools', async () => {
  writeFileSync(path.join(below, 'config.json'), '{"port": 80}');
  const found = { subscriptionId: 's', resourceGroup: 'g', workspaceName: 'w' };
  expect(await findWorkspace({}, {}, below)).toEqual(found);
});

it('takes an option before a variable, and that before config.json', async () => {
  const env = { AZURE_RESOURCE_GROUP: 'g2', AZURE_ML_WORKSPACE: 'w2' };
  expect(await findWorkspace({ workspace: 'w3' }, env, below)).toEqual({
    subscriptionId: 's',
    resourceGroup: 'g2',
    workspaceName: 'w3',
  });
});

it('says what is missing', async () => {
  const finding = findWorkspace({ group: 'g' }, {}, temporaryFolder());
  await expect(finding).rejects.toThrow(UsageError);
  await expect(finding).rejects.toThrow(
    'Give --subscription (or AZURE_SUBSCRIPTION_ID), --workspace (or AZURE_ML_WORKSPACE)',
  );
});
