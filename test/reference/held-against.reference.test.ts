import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { API_VERSION } from '../../src/azureml/arm/api-version.ts';
import { armSchemas } from '../support/arm/closed-schema.ts';
import { FILES, KINDS } from '../support/azure/arm-bodies.ts';
import { newestVersion } from '../support/azure/arm-schema.ts';
import { installedIn, newestOf, pinsOf } from './pinned-packages.ts';
import { referencePython, runPython } from './python.ts';

const REQUIREMENTS = readdirSync(import.meta.dirname).filter((name) => /^requirements.*\.txt$/.test(name));
const PROVIDER = 'Microsoft.MachineLearningServices';

interface ApiVersions {
  /** By collection: `jobs`, `components`, ... */
  readonly sent: Record<string, string[]>;
  readonly made_for: string;
}

/** One line for each fact, the facts in a column of their own. */
function print(title: string, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, fact]) => `  ${name.padEnd(width)}  ${fact}`);
  process.stdout.write(`\n${[title, ...lines].join('\n')}\n`);
}

let answers = true;
const newest = new Map<string, string | undefined>();

/** The newest version that pip finds. Where the index does not answer for one package it is asked for no other. */
async function askedOnce(name: string): Promise<string | undefined> {
  if (answers && !newest.has(name)) newest.set(name, await newestOf(name, referencePython()));
  answers &&= newest.get(name) !== undefined;
  return newest.get(name);
}

function beside(version: string, found: string | undefined): string {
  if (found === undefined) return `${version}, newest not known: no package index answered`;
  return found === version ? `${version}, the newest` : `${version}, NEWER: ${found}`;
}

test.each(REQUIREMENTS)('the packages of %s beside the newest', async (file) => {
  const rows: [string, string][] = [];
  for (const { name, version } of pinsOf(file)) rows.push([name, beside(version, await askedOnce(name))]);
  print(`Packages of ${file}`, rows);
  expect(rows.length).toBeGreaterThan(0);
});

test('azure-ai-ml is the pinned one; which API versions it sends, and which swinprep', async () => {
  const requirements = 'requirements-azure.txt';
  const python = referencePython(requirements);
  const pins = pinsOf(requirements);

  const files = Object.entries(KINDS).map(([name, kind]) => `${kind}=${join(FILES, name)}`);
  const { sent, made_for } = JSON.parse(
    await runPython('sent_api_versions.py', files, requirements),
  ) as ApiVersions;
  const schemas = existsSync(armSchemas) ? newestVersion(PROVIDER) : `not known: no schemas at ${armSchemas}`;
  print(`API versions of ${PROVIDER}`, [
    ['swinprep sends', API_VERSION],
    ['newest stable schemas', schemas],
    ['azure-ai-ml is made for', made_for],
    ...Object.entries(sent).map(
      ([collection, versions]) => [`azure-ai-ml sends ${collection}`, versions.join(', ')] as const,
    ),
  ]);

  const names = pins.map(({ name }) => name);
  expect(await installedIn(python, names)).toEqual(pins.map(({ version }) => version));
  expect(Object.keys(sent)).toEqual(['components', 'data', 'environments', 'jobs', 'schedules']);
  expect(API_VERSION >= made_for, `azure-ai-ml is made for ${made_for}`).toBe(true);
});

test('the other programs are the pinned ones', async () => {
  const pins = pinsOf('requirements.txt');
  const names = pins.map(({ name }) => name);
  expect(await installedIn(referencePython(), names)).toEqual(pins.map(({ version }) => version));
});

test('what trains is pinned alike for the checks and for the GPU', () => {
  const checks = pinsOf('requirements-training.txt');
  expect(checks).toEqual(expect.arrayContaining(pinsOf('../device/requirements.txt')));
});
