import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetchRemote, localValues, type RemoteData } from '../../../src/azureml/local/local-values.ts';
import type { DataType } from '../../../src/azureml/yaml/data-type.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { namesBelow } from '../../support/shared-data.ts';

const text = (of: string): Uint8Array => new TextEncoder().encode(of);

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
  const store = await openStore(`${azurite.url}/inputs`);
  await store.write('a/split.json', text('{"a":1}'));
  await store.write('a/more/b c.txt', text('b'));
});
afterAll(() => azurite.close());

/** What a reader makes of a place, with all that it reports. */
async function read(kind: DataType, place: string) {
  const folder = temporaryFolder();
  const remote: RemoteData[] = [];
  const problems: string[] = [];
  // As a datastore `d` would be that stands for the container.
  const resolve = async (uri: string) => uri.replace('azureml://datastores/d/paths', `${azurite.url}/inputs`);
  const reader = localValues(path.join(folder, 'inputs'), resolve, remote);
  const value = await reader.data(kind, place, folder, (problem) => problems.push(problem));
  return { folder, remote, value, problems };
}

describe('a file or folder of a job', () => {
  it('is taken where it lies when that is on this machine', async () => {
    const file = path.join(temporaryFolder(), 'local file.json');
    writeFileSync(file, '{}');
    for (const place of [file, pathToFileURL(file).href]) {
      expect(await read('uri_file', place)).toMatchObject({
        value: { kind: 'uri_file', text: file },
        remote: [],
        problems: [],
      });
    }
  });

  it.each(['azureml://datastores/d/paths/a/split.json', 'URL/inputs/a/split.json'])(
    'is fetched when it is the blob %s, after planning, and again each time',
    async (place) => {
      const uri = place.replace('URL', azurite.url);
      const { folder, remote, value, problems } = await read('uri_file', uri);
      expect(problems).toEqual([]);
      expect(value?.text).toMatch(/\/inputs\/[0-9a-f]{12}\/split\.json$/);
      expect(namesBelow(folder)).toEqual([]);
      for (const _ of [1, 2]) {
        await fetchRemote(remote);
        expect(readFileSync(value!.text, 'utf8')).toBe('{"a":1}');
      }
    },
  );

  it('is fetched with all below it when it is a folder, and nothing else stays there', async () => {
    const { remote, value } = await read('uri_folder', `${azurite.url}/inputs/a`);
    mkdirSync(value!.text, { recursive: true });
    writeFileSync(path.join(value!.text, 'of-an-earlier-run'), '');
    await fetchRemote(remote);
    expect(namesBelow(value!.text)).toEqual(['more/b c.txt', 'split.json']);
  });

  it.each<[DataType, string, string]>([
    ['uri_file', 'inputs/none.json', '/inputs/none.json does not exist'],
    ['uri_file', 'inputs/a', '/inputs/a does not exist'],
    ['uri_folder', 'inputs/none', '/inputs/none holds nothing'],
    ['uri_file', 'inputs', 'names no single file'],
    ['uri_file', "inputs/o'clock", 'does not exist'],
  ])('as a %s at %s is a problem of the plan', async (kind, place, message) => {
    const { value, remote, problems } = await read(kind, `${azurite.url}/${place}`);
    expect({ value, remote }).toEqual({ value: undefined, remote: [] });
    expect(problems).toEqual([expect.stringContaining(message)]);
  });

  it('shows no SAS in its problem, nor in the path of its copy', async () => {
    const { problems } = await read('uri_file', `${azurite.url}/Inputs/none?sig=secret`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).not.toContain('secret');
  });
});
