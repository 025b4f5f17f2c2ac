import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stageOf } from '../../../src/config/stage-name.ts';
import { countSpellings, shownSpelling, WITHHELD_STAGE } from '../../../src/steps/split/stage-spelling.ts';

const stages = ['I', 'II', 'IIIa', 'IIIb'];

test.each([
  ['IIIa', 'IIIa'],
  ['iiiA', 'IIIa'],
  [' III  a ', 'IIIa'],
  ['Stage IIIA', 'IIIa'],
  ['STAGE_II', 'II'],
  ['stage: I', 'I'],
  ['\u2162b', 'IIIb'],
  ['3a', 'IIIa'],
  ['III', undefined],
  ['T3', undefined],
  ['IIIa?', undefined],
  ['Stage', undefined],
  ['', undefined],
])('%j means %s', (spelling, stage) => {
  expect(stageOf(spelling, stages)).toBe(stage);
});

describe('what may be shown', () => {
  test.each([
    'NA',
    'n/a',
    'NaN',
    'unknown',
    '',
    '?',
    '-',
    '3a',
    'IV',
    'IVb',
    'IIIA1',
    'T2aN1M0',
    'pT1 N0 Mx',
    'Stage 4',
  ])('%j is of the vocabulary of stages', (spelling) => {
    expect(shownSpelling(spelling, stages)).toBe(spelling);
  });

  test.each([
    'Smith',
    'Li',
    'III Smith',
    'J. D.',
    '19700131',
    '31.01.70',
    '31.1.1970',
    '0815',
    '1 2 3 4',
    'see letter',
    '=1+1',
    'NA;NA',
    'IIIa\u0000b',
    'stage '.repeat(20),
  ])('%j may be anything, and is withheld', (spelling) => {
    expect(shownSpelling(spelling, stages)).toBe(WITHHELD_STAGE);
  });

  test('blanks and line breaks are made one space', () => {
    expect(shownSpelling('Stage\n  IIIa', stages)).toBe('Stage IIIa');
  });

  test('no text of any kind is shown that is neither a stage nor of the vocabulary', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (spelling) => {
        const shown = shownSpelling(spelling, stages);
        if (shown !== WITHHELD_STAGE) expect(shown).toMatch(/^[\w .,/+()?*-]{0,24}$/);
      }),
    );
  });
});

test('spellings are counted by stage, the unknown ones last and the withheld ones together', () => {
  expect(countSpellings(['NA', 'iiia', 'I', 'Smith', 'IIIa', 'iiia', 'Jones', 'NA', 'NA'], stages)).toEqual([
    { spelling: 'I', stage: 'I', rows: 1 },
    { spelling: 'iiia', stage: 'IIIa', rows: 2 },
    { spelling: 'IIIa', stage: 'IIIa', rows: 1 },
    { spelling: 'NA', stage: '', rows: 3 },
    { spelling: WITHHELD_STAGE, stage: '', rows: 2 },
  ]);
});
