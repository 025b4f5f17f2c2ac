import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caseIdOf } from '../../src/components/case-id.ts';
import { PRESETS } from '../../src/config/presets.ts';
import { UsageError } from '../../src/errors.ts';

const hmac = { ...PRESETS.lung1, privacy: { caseId: 'hmac' as const } };
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

  test.each([{}, { SWINPREP_SALT: '' }, { SWINPREP_SALT: 'too short' }])(
    'without a secret it is refused: %j',
    (without) => {
      expect(() => caseIdOf(hmac, without)).toThrow(UsageError);
    },
  );
});
