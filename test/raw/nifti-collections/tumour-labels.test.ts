import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../../src/config/load.ts';
import { UsageError } from '../../../src/errors.ts';
import { meansTumour, shownName, tumourLabels } from '../../../src/raw/nifti-collections/tumour-labels.ts';

const { mask } = resolveConfig({ preset: 'lung1' });
const named = (...names: string[]) => names.map((name, i) => ({ name, values: [i + 1] }));
const labelsOf = (names: string[], rules: Partial<typeof mask> = {}) =>
  tumourLabels('dataset.json', named(...names), { ...mask, ...rules }).labels;

test.each([
  'tumor',
  'Tumour',
  'lung_cancer',
  'LungTumor',
  'GTVp',
  'gtv-1',
  'nodule',
  'Nodules',
  'liver metastases',
])('%s means a tumour', (name) => {
  expect(meansTumour(name)).toBe(true);
});

test.each([
  'lung',
  'peritumoral edema',
  'peri-tumor',
  'tumor bed',
  'lung without tumor',
  'necrosis',
  'GTVn',
  'T1',
])('%s does not', (name) => {
  expect(meansTumour(name)).toBe(false);
});

describe('the tumour among labels', () => {
  test('is the one by mask.roiNames, before words', () => {
    expect(labelsOf(['GTVn', 'GTVp', 'tumor'])).toEqual([2]);
    expect(labelsOf(['lung', 'My Target'], { roiNames: ['target$'] })).toEqual([2]);
  });

  test('is all of mask.unionNames with the policy union', () => {
    expect(labelsOf(['GTVn', 'lung', 'GTVp'], { policy: 'union' })).toEqual([1, 3]);
  });

  test('is the only one, whatever it is called', () => {
    expect(labelsOf(['finding'])).toEqual([1]);
  });

  test('is never one of several alike', () => {
    for (const names of [
      ['tumor 1', 'tumor 2'],
      ['lung', 'heart'],
      ['gtv', 'GTV'],
    ])
      expect(() => labelsOf(names)).toThrow(UsageError);
  });

  test('does not hang on the order of the labels', () => {
    const name = fc.constantFrom('lung', 'heart', 'tumor', 'nodule', 'GTV-1', 'gtv', 'edema');
    const chosen = (names: string[]): string => {
      try {
        return labelsOf(names)
          .map((label) => names[label - 1])
          .sort()
          .join();
      } catch {
        return 'refused';
      }
    };
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.nat(), (names, by) => {
        const turned = [...names.slice(by % names.length), ...names.slice(0, by % names.length)];
        expect(chosen(turned)).toBe(chosen(names));
      }),
    );
  });
});

test('a name shows only where all of it names anatomy or a tumour', () => {
  expect(['Lung nodule', 'lung_cancer', 'Smith tumor', 'nodule 19701231'].map(shownName)).toEqual([
    'Lung nodule',
    'lung_cancer',
    '(name withheld)',
    '(name withheld)',
  ]);
});
