import { ajccGroup, normalStage, type Stages, stageNames, stageOf } from '../../config/stage-name.ts';

/** Stands for a spelling that may be anything, a name too. */
export const WITHHELD_STAGE = '(withheld)';

/** Ways to say that there is no stage, and words of stages that are no TNM group. */
const WORDS = 'na nan none null nil unknown unk missing unstaged occult limited extensive stage';
const GROUP = '(?:i{1,3}|iv|v)[a-e]?\\d?|\\d[a-e]?';
const T = 'y?[cp]?t(?:\\d|is|x)(?:mi|[a-e])?';
const N = 'n[\\dx][a-d]?';
const M = 'm[\\dx][a-d]?';
const PART = new RegExp(`^(?:${GROUP}|${T}(?:${N})?(?:${M})?|${N}|${M}|${WORDS.replaceAll(' ', '|')})$`);
const SEPARATORS = /[\s.,/+()?*_-]+/;
const MOST_PARTS = 3;
const MOST_CHARACTERS = 24;

function isPlain(spelling: string): boolean {
  const lower = spelling.normalize('NFKC').toLowerCase();
  if (lower.length > MOST_CHARACTERS) return false;
  if (lower === 'n/a') return true;
  const parts = lower.split(SEPARATORS).filter((part) => part !== '');
  return parts.length <= MOST_PARTS && parts.every((part) => PART.test(part));
}

/**
 * A spelling as it may be shown. The cell of a table is free text: it is shown where it means a configured stage, or
 * where all of it is of the vocabulary of stages; a name, number or date is not.
 */
export function shownSpelling(spelling: string, stages: Stages): string {
  const known = stageOf(spelling, stages) !== undefined || isPlain(spelling);
  return known ? spelling.replaceAll(/\s+/g, ' ').trim() : WITHHELD_STAGE;
}

export interface SpellingCount {
  readonly spelling: string;
  /** '' where it means none of the stages. */
  readonly stage: string;
  readonly rows: number;
}

/** The spellings of a table in order of their stages, the unknown ones last, the most frequent first among equals. */
export function countSpellings(spellings: readonly string[], stages: Stages): SpellingCount[] {
  const names = stageNames(stages);
  const groups = Map.groupBy(spellings, (spelling) => shownSpelling(spelling, stages));
  const rank = (stage: string): number => (stage === '' ? names.length : names.indexOf(stage));
  return [...groups]
    .map(([spelling, rows]) => ({ spelling, stage: stageOf(rows[0], stages) ?? '', rows: rows.length }))
    .sort((a, b) => rank(a.stage) - rank(b.stage) || b.rows - a.rows || (a.spelling < b.spelling ? -1 : 1));
}

/** Rows in words. */
function counted(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}

/**
 * What a table's spellings were taken for where they are not the class itself, and which of the AJCC's groups mean none of
 * the classes: one line each, none where there is nothing to tell.
 */
export function spellingsTold(spellings: readonly SpellingCount[]): string[] {
  const taken = spellings.filter(
    ({ spelling, stage }) => stage !== '' && normalStage(spelling) !== normalStage(stage),
  );
  const left = spellings.filter(({ spelling, stage }) => stage === '' && ajccGroup(spelling) !== undefined);
  return [
    ...(taken.length === 0
      ? []
      : [
          `stages: ${taken.map(({ spelling, stage, rows }) => `${spelling} -> ${stage}: ${counted(rows)}`).join('; ')}`,
        ]),
    ...(left.length === 0
      ? []
      : [
          `stages that are none of the classes: ${left.map(({ spelling, rows }) => `${spelling}: ${counted(rows)}`).join('; ')} (split.stages can map them)`,
        ]),
  ];
}
