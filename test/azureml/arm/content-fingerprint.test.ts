import { createHash } from 'node:crypto';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  assertContent,
  contentFingerprint,
  fingerprintOfListing,
  isContentFingerprint,
  type ListedObject,
} from '../../../src/azureml/arm/content-fingerprint.ts';
import { writePhantom } from '../../../src/demo/write-phantom.ts';
import { UsageError } from '../../../src/errors.ts';
import { openStore } from '../../../src/storage/open.ts';
import { type Azurite, startAzurite } from '../../support/azure/azurite.ts';
import { cli, hashesOf, temporaryFolder } from '../../support/cli.ts';
import { commandHere } from '../../support/in-process.ts';

const fingerprintOf = async (objects: Iterable<ListedObject>) =>
  (await fingerprintOfListing(objects)).fingerprint;

const object = fc.record({
  role: fc.constantFrom('raw', 'clinical'),
  key: fc.string({ minLength: 1 }),
  bytes: fc.nat(),
  version: fc.string(),
});
const listing = fc.uniqueArray(object, { minLength: 1, selector: ({ role, key }) => `${role} ${key}` });

describe('the fingerprint of a listing', () => {
  it('is the hash of number and sum of the hashes of its objects', async () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const hashes = [sha256('["raw","a",1,"v"]'), sha256('["raw","b",2,"w"]')];
    const sum = (BigInt(`0x${hashes[0]}`) + BigInt(`0x${hashes[1]}`)) % 2n ** 256n;
    const objects = [
      { role: 'raw', key: 'a', bytes: 1, version: 'v' },
      { role: 'raw', key: 'b', bytes: 2, version: 'w' },
    ];
    expect(await fingerprintOf(objects)).toBe(sha256(`["swinprep content",1,2,"${sum.toString(16)}"]`));
  });

  it('does not depend on the order in which objects and pages come', () =>
    fc.assert(
      fc.asyncProperty(
        listing.chain((objects) =>
          fc.tuple(
            fc.constant(objects),
            fc.shuffledSubarray(objects, { minLength: objects.length, maxLength: objects.length }),
          ),
        ),
        async ([objects, shuffled]) => {
          expect(await fingerprintOf(shuffled)).toBe(await fingerprintOf(objects));
        },
      ),
    ));

  it('changes with every name, size, version and role, and with an object more or less', () =>
    fc.assert(
      fc.asyncProperty(listing, object, fc.nat(), async (objects, other, place) => {
        const at = place % objects.length;
        const before = await fingerprintOf(objects);
        for (const field of ['role', 'key', 'bytes', 'version'] as const) {
          if (objects[at][field] === other[field]) continue;
          const changed = objects.with(at, { ...objects[at], [field]: other[field] });
          expect(await fingerprintOf(changed)).not.toBe(before);
        }
        expect(await fingerprintOf([...objects, other])).not.toBe(before);
        expect(await fingerprintOf(objects.toSpliced(at, 1))).not.toBe(before);
      }),
    ));
});

describe('the content fingerprint of a cohort', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.close());

  describe.each(['a folder', 'Blob Storage'])('in %s', (kind) => {
    const place = async (name: string) => {
      const uri = kind === 'a folder' ? path.join(temporaryFolder(), name) : `${azurite.url}/cohort/${name}`;
      const store = await openStore(uri);
      await store.write('raw/P1/1.dcm', bytes('one'));
      await store.write('raw/P2/1.dcm', bytes('two'));
      await store.write('clinical.csv', bytes('patient_id\n'));
      return { uri, store, of: () => contentFingerprint(`${uri}/raw`, `${uri}/clinical.csv`) };
    };

    it('is the same when it is listed twice', async () => {
      const { of } = await place('twice');
      expect(await of()).toMatch(/^[0-9a-f]{64}$/);
      expect(await of()).toBe(await of());
    });

    it('changes with a file more, one less, other bytes, and another clinical table', async () => {
      const { store, of } = await place('changed');
      const seen = [await of()];
      await store.write('raw/P2/2.dcm', bytes('three'));
      seen.push(await of());
      await store.delete('raw/P1/1.dcm');
      seen.push(await of());
      await store.write('raw/P2/1.dcm', bytes('tvo'));
      seen.push(await of());
      await store.write('clinical.csv', bytes('patient_id,stage\n'));
      seen.push(await of());
      expect(new Set(seen).size).toBe(5);
    });

    it('follows what the rows of a table of pairs name: folders and files', async () => {
      const { uri, store } = await place('pairs');
      await store.write('ct/P2.nii.gz', bytes('ct'));
      await store.write('seg/P2.nii.gz', bytes('mask'));
      await store.write(
        'pairs.csv',
        bytes('patient_id,ct,mask\nP1,raw/P1,\nP2,ct/P2.nii.gz,seg/P2.nii.gz\n'),
      );
      const of = () => contentFingerprint(`${uri}/pairs.csv`);
      const seen = [await of(), await of()];
      await store.write('raw/P1/2.dcm', bytes('more'));
      seen.push(await of());
      await store.write('seg/P2.nii.gz', bytes('another mask'));
      seen.push(await of());
      await store.write('raw/P2/2.dcm', bytes('of nobody in the table'));
      seen.push(await of());
      expect(seen.map((one) => seen.indexOf(one))).toEqual([0, 0, 2, 3, 3]);
    });

    it('is printed by the command, with the clinical table and without', async () => {
      const { uri, of } = await place('printed');
      const args = ['azure', 'fingerprint', '--raw', `${uri}/raw`];
      const { stdout } = await cli([...args, '--clinical', `${uri}/clinical.csv`]);
      expect(stdout).toBe(`${await of()}\n`);
      const printed = `${await contentFingerprint(`${uri}/raw`)}\n`;
      expect(await commandHere(args)).toMatchObject({ code: 0, stdout: printed });
    });

    it('is not made of nothing', async () => {
      const { uri } = await place('none');
      await expect(contentFingerprint(`${uri}/nowhere`)).rejects.toThrow(
        new UsageError(`${uri}/nowhere: holds nothing`),
      );
    });
  });
});

describe('convert --content', () => {
  it('is shown and changes nothing: what an earlier run made with another one is skipped', async () => {
    const folder = temporaryFolder();
    await writePhantom(folder, { patients: 1, gridSize: 64 });
    const run = async (artifacts: string, ...args: string[]) => {
      const [raw, interim, cases] = ['raw', 'interim', artifacts].map((name) => path.join(folder, name));
      const places = ['--raw', raw, '--interim', interim, '--cases', cases];
      const { code, stdout, stderr } = await commandHere(['convert', '--workers', '1', ...places, ...args]);
      expect(code, stderr).toBe(0);
      const { 'changes.json': _, ...records } = hashesOf(cases);
      return { text: stdout + stderr, volumes: hashesOf(interim), records };
    };
    const content = 'ab'.repeat(32);
    const [first, second] = [await run('first'), await run('second', '--content', content)];
    expect(second).toMatchObject({ volumes: first.volumes, records: first.records });
    expect(Object.keys(first.volumes).length).toBeGreaterThan(2);
    expect(second.text).toContain(`content of the raw data: ${content}`);
    expect(second.text).toContain('done before');
  });

  it.each(['', 'unknown', '0123456789abcdef'.repeat(4)])('takes %j', (content) => {
    expect(() => assertContent(content)).not.toThrow();
    expect(isContentFingerprint(content)).toBe(content.length === 64);
  });

  it('refuses anything else before it looks at the data', async () => {
    const args = ['convert', '--raw', 'no-such-folder', '--interim', 'i', '--cases', 'c', '--content', 'A1'];
    const { code, stderr } = await commandHere(args);
    expect(code).toBe(1);
    expect(stderr).toContain(
      '--content: must be the 64 hex digits that "swinprep azure fingerprint" prints, or unknown',
    );
    expect(stderr).not.toContain('no-such-folder');
  });
});
