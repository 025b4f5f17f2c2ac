import { UsageError } from '../../errors.ts';
import { safeRoiName } from '../../privacy/roi-name.ts';
import type { LabelRules } from './collection.ts';

/** A label of a mask, or a region of several, with its name. */
export interface NamedLabel {
  readonly name: string;
  /** Above 0, ascending. */
  readonly values: readonly number[];
}

/** Words that mean a tumour. */
const TUMOUR =
  /^(tumou?rs?|cancers?|carcinomas?|adenocarcinomas?|sarcomas?|lymphomas?|neoplasms?|neoplasias?|malignanc(y|ies)|lesions?|nodules?|metastas[ie]s|nsclc|sclc|gtvp?\d*)$/;

/** Words beside which it is not meant: `peri tumor`, `tumor bed`, `liver without tumor`. */
const BUT = /^(no|non|not|without|peri|bed|free|background|normal|healthy)$/;

function wordsOf(name: string): string[] {
  const spaced = name.replace(/([a-z])([A-Z])/g, '$1 $2');
  return spaced.toLowerCase().match(/[a-z]+\d*|\d+/g) ?? [];
}

/** Whether a name means a tumour by a usual word. */
export function meansTumour(name: string): boolean {
  const words = wordsOf(name);
  return words.some((word) => TUMOUR.test(word)) && !words.some((word) => BUT.test(word));
}

/** A name as it may be shown. */
export function shownName(name: string): string {
  const known = wordsOf(name).map((word) => (TUMOUR.test(word) ? 'tumor' : word));
  return /^[\w .,()/+-]*$/.test(name) && safeRoiName(known.join(' ')) === known.join(' ')
    ? name
    : safeRoiName(name);
}

/** Which of several names are the tumour, and why; undefined where that cannot be told. */
export interface NameChoice<T> {
  readonly chosen: readonly T[];
  readonly why: string;
}

/**
 * What of `items` is the tumour by name: what `mask.roiNames` has first (with the policy `union` all that
 * `mask.unionNames` has), else the one whose name means a tumour. Undefined where none does, or several do alike.
 */
export function chooseByName<T>(
  items: readonly T[],
  namesOf: (item: T) => readonly string[],
  { roiNames, policy, unionNames }: Omit<LabelRules, 'labels'>,
): NameChoice<T> | undefined {
  const having = (pattern: string): T[] =>
    items.filter((item) => namesOf(item).some((name) => new RegExp(pattern, 'i').test(name.trim())));
  if (policy === 'union') {
    const all = items.filter((item) => unionNames.some((pattern) => having(pattern).includes(item)));
    if (all.length > 0) return { chosen: all, why: 'by mask.unionNames' };
  } else {
    const first = roiNames.map(having).find((found) => found.length > 0);
    if (first !== undefined)
      return first.length === 1 ? { chosen: first, why: 'by mask.roiNames' } : undefined;
  }
  const meant = items.filter((item) => namesOf(item).some(meansTumour));
  return meant.length === 1 ? { chosen: meant, why: 'the one whose name means a tumour' } : undefined;
}

/** `1 cancer`, `2,3 tumor core` */
const shownLabel = ({ name, values }: NamedLabel): string => `${values.join(',')} ${shownName(name)}`;

/** The labels that are tumour, and how that was told. */
export interface TumourLabels {
  readonly labels: readonly number[];
  readonly why: string;
}

/**
 * The labels of `file` that are tumour, where `mask.labels` does not say: the only one, whatever it is called, else what
 * `chooseByName` chooses. Throws a UsageError that lists the labels where none is, or more than one may be.
 */
export function tumourLabels(file: string, named: readonly NamedLabel[], rules: LabelRules): TumourLabels {
  if (named.length === 0)
    throw new UsageError(
      `${file}: names no label above 0; set mask.labels to those of the masks that are tumour`,
    );
  const choice =
    named.length === 1
      ? { chosen: named, why: 'the only one' }
      : chooseByName(named, ({ name }) => [name], rules);
  if (choice === undefined)
    throw new UsageError(
      `${file}: which of its labels is the tumour cannot be told from their names (${named.map(shownLabel).join('; ')}): set mask.labels to its number, or mask.roiNames to its name`,
    );
  const labels = [...new Set(choice.chosen.flatMap(({ values }) => values))].sort((a, b) => a - b);
  return { labels, why: `${choice.chosen.map(shownLabel).join(' and ')}, ${choice.why}` };
}
