import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load.ts';
import { stageNames, stageOf } from '../../src/config/stage-name.ts';

const PLAIN = ['I', 'II', 'III', 'IV'];
const LUNG1 = ['I', 'II', 'IIIa', 'IIIb'];

/** The groups of the AJCC's editions for the lung: 6th (2002), 7th (2009), 8th (2017), 9th (2025). */
const EDITIONS = {
  '6th and 7th': 'IA IB IIA IIB IIIA IIIB IV',
  '8th and 9th': 'IA1 IA2 IA3 IB IIA IIB IIIA IIIB IIIC IVA IVB',
};
const GROUPS = [...new Set(Object.values(EDITIONS).flatMap((groups) => groups.split(' ')))];

describe.each(Object.entries(EDITIONS))('the groups of the %s edition', (_, groups) => {
  test.each(groups.split(' '))(
    '%s is its stage, and IIIA and IIIB are apart where the classes are',
    (group) => {
      const numeral = /^[IV]+/.exec(group)![0];
      expect(stageOf(group, PLAIN)).toBe(numeral);
      const apart =
        { IIIA: 'IIIa', IIIB: 'IIIb' }[group] ?? (/^III?$/.test(`${numeral}I`) ? numeral : undefined);
      expect(stageOf(group, LUNG1)).toBe(apart);
    },
  );
});

test('a spelling is the same class, however it is written', () => {
  const arabic = { I: '1', II: '2', III: '3', IV: '4' };
  fc.assert(
    fc.property(
      fc.constantFrom(...GROUPS),
      fc.constantFrom(PLAIN, LUNG1, ['IA', 'IB', 'II', 'IIIA', 'IIIB', 'IIIC', 'IV']),
      fc.constantFrom('', 'Stage ', 'STAGE_', 'stage: ', ' stage'),
      fc.boolean(),
      fc.constantFrom('', ' ', '-', '.'),
      fc.boolean(),
      (group, classes, before, digits, between, lower) => {
        const [, numeral, part] = /^([IV]+)(.*)$/.exec(group)!;
        const written = `${before}${digits ? arabic[numeral as keyof typeof arabic] : numeral}${part === '' ? '' : between + part}`;
        expect(stageOf(lower ? written.toLowerCase() : written, classes)).toBe(stageOf(group, classes));
      },
    ),
  );
});

test.each([
  ['III', LUNG1],
  ['IIIC', LUNG1],
  ['IV', LUNG1],
  ['IVA', LUNG1],
  ['0', PLAIN],
  ['Stage 0', PLAIN],
  ['IIC', PLAIN],
  ['IVC', PLAIN],
  ['IA4', PLAIN],
  ['5', PLAIN],
  ['12', PLAIN],
  ['Occult', PLAIN],
  ['Tis N0', PLAIN],
  ['T1', PLAIN],
  ['NA', PLAIN],
  ['', PLAIN],
  ['I/II NOS', PLAIN],
  ['IIIb', ['I', 'II', 'III', 'IIIa']],
  ['IA', ['early', 'I']],
  ['IA', ['limited', 'extensive']],
])('%j is none of %j', (spelling, classes) => {
  expect(stageOf(spelling, classes)).toBeUndefined();
});

describe('a mapping', () => {
  const stages = { early: ['I', 'IA', 'IB'], late: ['III', 'IIIA', 'advanced disease'] };

  test.each([
    ['early', 'early'],
    ['Stage IA', 'early'],
    ['1b', 'early'],
    ['Advanced  Disease', 'late'],
    ['III', 'late'],
    ['IIIB', undefined],
    ['IA2', undefined],
    ['II', undefined],
  ])('says all that a class takes in: %s is %s', (spelling, stage) => {
    expect(stageOf(spelling, stages)).toBe(stage);
  });

  test('gives the classes in its order', () => {
    const text = 'split: {stages: {II: [II, IIA], I: [I, IA]}}';
    const { split } = resolveConfig({ preset: 'lung1', file: { name: 'my.yml', text } });
    expect(stageNames(split.stages)).toEqual(['II', 'I']);
    expect(JSON.stringify(split.stages)).toBe('{"II":["II","IIA"],"I":["I","IA"]}');
  });
});

test.each([
  ['{I: [IA], II: [1a]}', 'must have each spelling in one class only'],
  ['{I: [II], II: [IIA]}', 'must have each spelling in one class only'],
  ['{I: [" "]}', 'must have each spelling in one class only'],
  ['{2: [II], 1: [I]}', 'must not have a bare number as class: write "Stage 1"'],
  ['{}', 'must have a class'],
  ['[]', 'split.stages: '],
  ['[I, Stage i]', 'must differ in more than case, spaces and a leading "Stage"'],
  ['[IIIa, 3A]', 'must differ in more than case, spaces and a leading "Stage"'],
  [
    '{I: [1]}',
    'must be a list of stages, or a mapping of each class to a list of its spellings, all of them texts',
  ],
  ['I', 'must be a list of stages, or a mapping'],
])('split.stages: %s is refused', (stages, message) => {
  const file = { name: 'my.yml', text: `split: {stages: ${stages}}` };
  expect(() => resolveConfig({ preset: 'lung1', file })).toThrow(message);
});
