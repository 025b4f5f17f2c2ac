import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { decodeJson, encodeJson, fingerprintOf } from '../../src/records/json.ts';

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(decodeJson('a.json', encodeJson(value), z.unknown())).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('numbers that JSON cannot hold are refused by key', () => {
  expect(() => encodeJson({ mu: Number.NaN })).toThrow('mu is NaN');
});

test('a file of another shape is refused by name and key', () => {
  expect(() => decodeJson('cases.json', encodeJson({ mu: 'x' }), z.object({ mu: z.number() }))).toThrow(
    /^cases\.json: .*mu: /,
  );
  expect(() => decodeJson('cases.json', new TextEncoder().encode('{'), z.unknown())).toThrow(
    /^cases\.json: is no valid JSON/,
  );
});

test('the fingerprint does not depend on the order of keys, and does on every value', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
      expect(fingerprintOf(Object.fromEntries(Object.entries(value).reverse()))).toBe(fingerprintOf(value));
      expect(fingerprintOf({ ...value, [Object.keys(value)[0]]: ['another'] })).not.toBe(
        fingerprintOf(value),
      );
    }),
  );
});
