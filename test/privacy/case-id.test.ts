import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRESETS } from '../../src/config/presets.ts';
import { UsageError } from '../../src/errors.ts';
import { caseIdOf, uidHmacOf } from '../../src/privacy/case-id.ts';

const hmac = { ...PRESETS.lung1, privacy: { caseId: 'hmac' as const, uids: 'hmac' as const } };
const env = { SWINPREP_SALT: 'a secret of some length' };

test('by default a patient keeps the name of its folder', () => {
  expect(caseIdOf(PRESETS.lung1, {})('LUNG1-001')).toBe('LUNG1-001');
});

describe('privacy.caseId: hmac', () => {
  test('is HMAC-SHA256 under the secret', () => {
    const expected = createHmac('sha256', env.SWINPREP_SALT).update('MRN 0815').digest('hex').slice(0, 16);
    expect(caseIdOf(hmac, env)('MRN 0815')).toBe(`P-${expected}`);
  });

  test('gives each name one id, and two names two', () => {
    const id = caseIdOf(hmac, env);
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(id(a) === id(b)).toBe(a === b);
      }),
    );
  });

  test('UIDs are left out by default, and with privacy.uids: hmac their HMAC-SHA256', () => {
    const expected = createHmac('sha256', env.SWINPREP_SALT).update('1.2.840.1').digest('hex');
    expect(uidHmacOf(PRESETS.lung1, {})('1.2.840.1')).toBeNull();
    expect(uidHmacOf(hmac, env)('1.2.840.1')).toBe(expected);
    expect(uidHmacOf(hmac, env)('')).toBeNull();
    expect(() => uidHmacOf(hmac, {})).toThrow(UsageError);
  });

  test.each([{}, { SWINPREP_SALT: '' }, { SWINPREP_SALT: 'too short' }])(
    'without a secret it is refused: %j',
    (without) => {
      expect(() => caseIdOf(hmac, without)).toThrow(UsageError);
    },
  );
});
