import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { keyFor, patientMatcher } from '../../src/way-back/patient-pattern.ts';

describe('patterns', () => {
  test.each([
    ['{patient}.nii.gz', 'P-1.nii.gz', 'P-1'],
    ['{patient}.nii.gz', 'P-1xnii.gz', undefined],
    ['{patient}.nii.gz', 'below/P-1.nii.gz', undefined],
    ['{patient}_seg.nii.gz', 'P (1)_seg.nii.gz', 'P (1)'],
    ['{patient}/{patient}_seg.nii.gz', 'A/A_seg.nii.gz', 'A'],
    ['{patient}/{patient}_seg.nii.gz', 'A/B_seg.nii.gz', undefined],
    ['fold0/{patient}/tumor_roi.nii.gz', 'fold0/A/tumor_roi.nii.gz', 'A'],
  ])('%s takes %s for the patient %s', (pattern, key, patient) => {
    expect(patientMatcher(pattern)(key)).toBe(patient);
    if (patient !== undefined) expect(keyFor(pattern, patient)).toBe(key);
  });

  test('without a place for the patient it is none', () => {
    expect(() => patientMatcher('seg.nii.gz')).toThrow(UsageError);
  });
});
