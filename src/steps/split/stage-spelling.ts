import { normalStage } from '../../config/stage-name.ts';

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

/** The configured stage that a spelling means, undefined where it means none. */
export function stageOf(spelling: string, stages: readonly string[]): string | undefined {
  const normal = normalStage(spelling);
  return stages.find((stage) => normalStage(stage) === normal);
}

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
export function shownSpelling(spelling: string, stages: readonly string[]): string {
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
export function countSpellings(spellings: readonly string[], stages: readonly string[]): SpellingCount[] {
  const groups = Map.groupBy(spellings, (spelling) => shownSpelling(spelling, stages));
  const rank = (stage: string): number => (stage === '' ? stages.length : stages.indexOf(stage));
  return [...groups]
    .map(([spelling, rows]) => ({ spelling, stage: stageOf(rows[0], stages) ?? '', rows: rows.length }))
    .sort((a, b) => rank(a.stage) - rank(b.stage) || b.rows - a.rows || (a.spelling < b.spelling ? -1 : 1));
}
