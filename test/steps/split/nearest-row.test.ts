import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, nearestRow, withoutRow } from '../../../src/steps/split/nearest-row.ts';
import { casesOf, splitOf } from '../../support/cohort-table.ts';

const none = new Map<string, string>();

test.each([
  ['kitten', 'sitting', 3],
  ['flaw', 'lawn', 2],
  ['', 'abc', 3],
  ['LUNG1-901', 'lung1-901', 0],
])('from %s to %s it is %i edits', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test('the distance is the same both ways, 0 of equals, and no shorter by way of a third', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1'), maxLength: 6 });
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
    }),
  );
});

test.each([
  ['LUNG1-9O1', ['LUNG1-801', 'LUNG1-901', 'R01-001'], 'LUNG1-901'],
  ['LUNG1-901_MR1', ['LUNG1-902', 'LUNG1-901'], 'LUNG1-901'],
  ['LUNG1-902_MR1', ['LUNG1-901', 'LUNG1-902', 'LUNG1-903'], 'LUNG1-902'],
  ['PA000000', ['LUNG1-901', 'LUNG1-902'], undefined],
  ['x', [], undefined],
])('%s is nearest to a row of %j: %s', (name, rows, nearest) => {
  expect(nearestRow(name, rows)).toBe(nearest);
});

describe('who has no row', () => {
  test('is told once for all, each with the nearest row, and how to find the id in a name', () => {
    expect(
      withoutRow(['P-901_CT1', 'P-902_CT2', 'Z'], { without: none, free: ['P-902', 'P-901'] }, true),
    ).toBe(
      "3 patients have no row in the clinical table: P-901_CT1 (nearest is P-901), P-902_CT2 (nearest is P-902), Z; correct or add their rows, or say with raw.idPattern which part of a name is the id of the table, such as '^(.*)_CT\\d+$'; if the Patient IDs of their files are the ids of the table, privacy.caseId: hmac joins them",
    );
  });

  test('is listed up to twelve, and without the rows where these are not shown', () => {
    const names = Array.from({ length: 14 }, (_, i) => `P${i}`);
    const text = withoutRow(names, { without: none, free: ['P1x'] }, false)!;
    expect(text).toContain('14 patients have no row in the clinical table: P0, P1, ');
    expect(text).toContain('P11 and 2 more; ');
    expect(text).not.toContain('nearest');
  });

  test('is a warning of the split, and the exclusion of each says no more than that', () => {
    const rows = ['P-1', 'P-2'].map((patientId) => ({ patientId, stage: 'I' }));
    const { excluded, warnings } = splitOf(casesOf(['P-1_MR1', 'P-2']), rows);
    expect(excluded.find((e) => e.patient_id === 'P-1_MR1')).toMatchObject({
      code: 'not-in-clinical-table',
      message: 'no row in the clinical table',
    });
    expect(warnings.filter((w) => w.code === 'not-in-clinical-table')).toEqual([
      { code: 'not-in-clinical-table', message: expect.stringContaining('P-1_MR1 (nearest is P-1); ') },
    ]);
  });

  test('is told of those used without a label only where a row is near', () => {
    const rows = [{ patientId: 'P-1', stage: 'I' }];
    const cases = casesOf(['P-1_MR1', 'ANOTHER'], [], { unknownStage: 'unlabeled' });
    const { warnings, patients } = splitOf(cases, rows);
    expect(patients).toHaveLength(2);
    const far = splitOf(casesOf(['ANOTHER'], [], { unknownStage: 'unlabeled' }), rows);
    expect(far.warnings.map((w) => w.code)).not.toContain('not-in-clinical-table');
    expect(warnings.find((w) => w.code === 'not-in-clinical-table')?.message).toMatch(
      /^2 patients have no row in the clinical table: ANOTHER, P-1_MR1 \(nearest is P-1\); /,
    );
  });
});
