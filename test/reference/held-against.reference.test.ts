import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { API_VERSION } from '../../src/azureml/arm/api-version.ts';
import { armSchemas, FILES, KINDS, newestVersion } from '../support/azure/arm-bodies.ts';
import { installedIn, newestOf, pinsOf } from './pinned-packages.ts';
import { referencePython, runPython } from './python.ts';

const PROVIDER = 'Microsoft.MachineLearningServices';

interface ApiVersions {
  /** By collection: `jobs`, `components`, ... */
  readonly sent: Record<string, string[]>;
  readonly knows: { readonly stable: string; readonly any: string };
}

/** One line for each fact, the facts in a column of their own. */
function print(title: string, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, fact]) => `  ${name.padEnd(width)}  ${fact}`);
  process.stdout.write(`\n${[title, ...lines].join('\n')}\n`);
}

/** Each pinned package beside the newest that pip finds. Where the index does not answer for one it is not asked for others. */
async function drift(requirements: string, python: string): Promise<(readonly [string, string])[]> {
  const rows: (readonly [string, string])[] = [];
  let answers = true;
  for (const { name, version } of pinsOf(requirements)) {
    const newest: string | undefined = answers ? await newestOf(name, python) : undefined;
    answers = newest !== undefined;
    const beside = newest === version ? 'the newest' : `NEWER: ${newest}`;
    rows.push([name, `${version}, ${answers ? beside : 'newest not known: no package index answered'}`]);
  }
  return rows;
}

test('azure-ai-ml is the pinned one; which API versions it sends, and which swinprep', async () => {
  const requirements = 'requirements-azure.txt';
  const python = referencePython(requirements);
  const pins = pinsOf(requirements);
  print('Azure: packages that the checks run', await drift(requirements, python));

  const files = Object.entries(KINDS).map(([name, kind]) => `${kind}=${join(FILES, name)}`);
  const { sent, knows } = JSON.parse(
    await runPython('sent_api_versions.py', files, requirements),
  ) as ApiVersions;
  const schemas = existsSync(armSchemas) ? newestVersion(PROVIDER) : `not known: no schemas at ${armSchemas}`;
  print(`Azure: API versions of ${PROVIDER}`, [
    ['swinprep sends', API_VERSION],
    ['newest stable schemas', schemas],
    ['azure-ai-ml knows', `${knows.stable}, of previews ${knows.any}`],
    ...Object.entries(sent).map(
      ([collection, versions]) => [`azure-ai-ml sends ${collection}`, versions.join(', ')] as const,
    ),
  ]);

  const names = pins.map(({ name }) => name);
  expect(await installedIn(python, names)).toEqual(pins.map(({ version }) => version));
  expect(Object.keys(sent)).toEqual(['components', 'data', 'environments', 'jobs', 'schedules']);
  expect(API_VERSION >= knows.stable, `azure-ai-ml knows ${knows.stable}`).toBe(true);
});

test('the other programs are the pinned ones', async () => {
  const python = referencePython();
  const pins = pinsOf('requirements.txt');
  print('Packages of requirements.txt', await drift('requirements.txt', python));
  const names = pins.map(({ name }) => name);
  expect(await installedIn(python, names)).toEqual(pins.map(({ version }) => version));
});

test('what trains is pinned alike for the checks and for the GPU', async () => {
  const requirements = 'requirements-training.txt';
  print('Packages that train', await drift(requirements, referencePython()));
  expect(pinsOf(requirements)).toEqual(expect.arrayContaining(pinsOf('../device/requirements.txt')));
});
