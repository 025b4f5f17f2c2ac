import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { enclosingPlaces, liesIn, placeAndName, trueName } from '../../src/storage/enclosing.ts';
import { temporaryFolder } from '../support/cli.ts';

const ACCOUNT = 'https://data.blob.core.windows.net';

test('a place has one name, whatever links lead to it and whether it exists', async () => {
  const folder = realpathSync(temporaryFolder());
  mkdirSync(join(folder, 'interim'));
  symlinkSync(join(folder, 'interim'), join(folder, 'link'));
  expect(await trueName(join(folder, 'link/not/yet'))).toBe(join(folder, 'interim/not/yet'));
  expect(await trueName(join(folder, 'x/../interim'))).toBe(join(folder, 'interim'));
  const same = [
    `${ACCOUNT}/cohort/a%20b/`,
    'wasbs://cohort@data.blob.core.windows.net/a%20b',
    `${ACCOUNT}/cohort/a%20b?sig=x`,
  ];
  for (const uri of same) expect(await trueName(uri)).toBe(`${ACCOUNT}/cohort/a%20b`);
});

test('what lies in a place is told by whole names', () => {
  expect(liesIn('/data/interim', '/data/interim')).toBe(true);
  expect(liesIn('/data/interim/a', '/data/interim')).toBe(true);
  expect(liesIn('/data/interim-2', '/data/interim')).toBe(false);
  expect(liesIn('/data', '/data/interim')).toBe(false);
  expect(liesIn('/data', '/')).toBe(true);
});

test('the places that a place lies in, from the nearest on, opened by the same token', async () => {
  const folder = realpathSync(temporaryFolder());
  const places = await enclosingPlaces(join(folder, 'a'));
  expect(places.slice(0, 2)).toEqual([join(folder, 'a'), folder]);
  expect(places.at(-1)).toBe('/');
  expect(await enclosingPlaces(`${ACCOUNT}/cohort/a/b%20c?sig=x`)).toEqual([
    `${ACCOUNT}/cohort/a/b%20c?sig=x`,
    `${ACCOUNT}/cohort/a?sig=x`,
    `${ACCOUNT}/cohort?sig=x`,
  ]);
  expect(await enclosingPlaces(`${ACCOUNT}/cohort`)).toEqual([`${ACCOUNT}/cohort`]);
});

test('a file by its place and its name there', () => {
  expect(placeAndName('/data/p.nii.gz')).toEqual({ uri: '/data', key: 'p.nii.gz' });
  expect(placeAndName(`${ACCOUNT}/cohort/a/p.nii.gz?sig=x`)).toEqual({
    uri: `${ACCOUNT}/cohort/a?sig=x`,
    key: 'p.nii.gz',
  });
  expect(placeAndName(`${ACCOUNT}/cohort/p.nii`)).toEqual({ uri: `${ACCOUNT}/cohort`, key: 'p.nii' });
  expect(() => placeAndName(`${ACCOUNT}/cohort`)).toThrow('names no single file');
});
