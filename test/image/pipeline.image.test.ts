import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePhantom } from '../../src/demo/write-phantom.ts';
import { openStore } from '../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../support/azure/azurite.ts';
import { hashesOf, startCli, temporaryFolder } from '../support/cli.ts';
import { storeHashes } from '../support/gather.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';
import { type BuiltImage, buildImage } from './container.ts';

let azurite: Azurite;
let image: BuiltImage;

beforeAll(async () => {
  azurite = await startAzurite();
  image = buildImage();
  process.stdout.write(`image: ${(image.bytes / 1e6).toFixed(0)} MB\n`);
});
afterAll(async () => {
  image?.remove();
  await azurite.close();
});

/** Runs the default pipeline over a cohort on Azurite; gives every byte that came out, hashed. */
async function runPipeline(cohort: string, clinical: string, name: string, inside?: string) {
  const artifacts = temporaryFolder();
  const out = `${azurite.url}/${name}`;
  const set = { raw: cohort, clinical, interim: `${out}/interim`, roi: `${out}/roi` };
  const result = await startCli([
    'run',
    'pipelines/preprocess.yml',
    ...['--artifacts', artifacts],
    ...Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]),
    ...(inside === undefined ? [] : ['--inside', inside.replaceAll('FOLDER', artifacts)]),
  ]).ended;
  expect(result.code, result.stderr).toBe(0);
  return { artifacts: hashesOf(artifacts), volumes: await storeHashes(await openStore(out)) };
}

async function sameInsideAndOutside(cohort: string, clinical: string, name: string): Promise<void> {
  const inside = await runPipeline(cohort, clinical, `${name}-inside`, image.inside('FOLDER'));
  const outside = await runPipeline(cohort, clinical, `${name}-outside`);
  expect(Object.keys(inside.volumes).length).toBeGreaterThan(10);
  expect(inside).toEqual(outside);
}

test('the image brings igzip', () => {
  const [program, ...args] = `${image.inside(temporaryFolder())} igzip --version`.split(' ');
  expect(execFileSync(program, args, { encoding: 'utf8' })).toContain('igzip');
});

describe('the pipeline inside the image, each component started by its own command', () => {
  test('writes the bytes that it writes outside: a synthetic cohort', async () => {
    const cohort = `${azurite.url}/phantom`;
    await writePhantom(cohort, { patients: 6, full: 0 });
    await sameInsideAndOutside(`${cohort}/raw`, `${cohort}/clinical.csv`, 'phantom');
  });

  test.runIf(hasSharedData)('two real patients', async () => {
    const raw = await openStore(`${azurite.url}/lung1`);
    for (const id of ['LUNG1-001', 'LUNG1-002'])
      await raw.write(`raw/${id}.zip`, new Uint8Array(readFileSync(shared('lung1', `${id}.zip`))));
    const table = readFileSync(shared('tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv'));
    await raw.write('clinical.csv', new Uint8Array(table));
    await sameInsideAndOutside(`${azurite.url}/lung1/raw`, `${azurite.url}/lung1/clinical.csv`, 'real');
  });
});
