import { short, triple } from '../../report/number-text.ts';
import { type Child, element } from '../element.ts';
import { compareTexts, diceOf, type Patient, STATE_NAMES, stageName } from './cohort.ts';
import type { Decisions } from './decisions.ts';
import type { Pictures } from './pictures.ts';

/** A column of the table of patients. */
export interface Column {
  readonly key: string;
  readonly heading: string;
  /** As a track of a CSS grid. */
  readonly width: string;
  readonly isNumber: boolean;
  /** What it sorts by, null for those that come last; undefined where it does not sort. */
  readonly sortBy?: (patient: Patient) => number | string | null;
  readonly cell: (patient: Patient) => readonly Child[];
}

interface Shown {
  readonly patients: readonly Patient[];
  readonly stages: readonly string[];
  readonly pictures: Pictures;
  readonly decisions: Decisions;
}

const product = (values: readonly number[] | undefined): number | null =>
  values?.reduce((a, b) => a * b) ?? null;

/** A column of texts. */
const text = (
  key: string,
  heading: string,
  width: string,
  rest: Pick<Column, 'sortBy' | 'cell'>,
): Column => ({ key, heading, width, isNumber: false, ...rest });

/** A column of numbers. */
const value = (
  key: string,
  heading: string,
  width: string,
  { sortBy, shown }: Required<Pick<Column, 'sortBy'>> & { shown: (patient: Patient) => Child | undefined },
): Column => ({ key, heading, width, isNumber: true, sortBy, cell: (patient) => [shown(patient) ?? ''] });

/** Those that this cohort has something for. The cell of the patient's name is the row's, which opens its details. */
export function columnsOf({ patients, stages, pictures, decisions }: Shown): Column[] {
  const some = (has: (patient: Patient) => boolean, column: Column): Column[] =>
    patients.some(has) ? [column] : [];
  return [
    ...some((patient) => pictures.has(patient), pictureColumn(pictures)),
    text('patient', 'Patient', 'minmax(8rem, 1.2fr)', { sortBy: ({ id }) => id, cell: ({ id }) => [id] }),
    ...(decisions.live ? [decisionColumn(decisions)] : []),
    text('state', 'Split', '3.5rem', {
      sortBy: ({ state }) => STATE_NAMES[state],
      cell: ({ state }) => [STATE_NAMES[state]],
    }),
    stageColumn(stages),
    ...VALUES,
    ...some((patient) => diceOf(patient) !== null, DICE),
    FLAGS,
    ...some(({ failure }) => failure !== null, REASON),
  ];
}

const VALUES: readonly Column[] = [
  value('volume', 'Tumour ml', '4.5rem', {
    sortBy: ({ output }) => output?.tumor_volume_ml ?? null,
    shown: ({ output }) => output?.tumor_volume_ml.toFixed(1),
  }),
  value('size', 'ROI voxels', '7rem', {
    sortBy: ({ output }) => product(output?.final_roi_size_vox),
    shown: ({ output }) => output?.final_roi_size_vox.join(' x '),
  }),
  value('spacing', 'Spacing mm', '5.5rem', {
    sortBy: ({ output }) => product(output?.spacing_before_mm),
    shown: ({ output }) => output?.spacing_before_mm && spacingText(output.spacing_before_mm),
  }),
  value('slices', 'Slices', '3rem', {
    sortBy: ({ output }) => output?.slices ?? null,
    shown: ({ output }) => output?.slices,
  }),
];

const DICE = value('dice', 'Dice', '3rem', {
  sortBy: diceOf,
  shown: (patient) => diceOf(patient)?.toFixed(3),
});

const FLAGS = text('flags', 'Flags', 'minmax(7rem, 2fr)', {
  // Those that nobody has seen weigh more than any number of seen ones.
  sortBy: ({ output }) =>
    output === null ? null : output.flags.reduce((sum, { seen }) => sum + (seen ? 0.001 : 1), 0),
  cell: ({ output }) => (output === null ? [] : flagList(output.flags)),
});

const REASON = text('reason', 'Left out because', 'minmax(6.5rem, 2fr)', {
  sortBy: ({ failure }) => failure && `${failure.code} ${failure.step}`,
  cell: ({ failure }) => (failure === null ? [] : [`${failure.code} (${failure.step})`]),
});

function pictureColumn(pictures: Pictures): Column {
  return text('picture', 'Picture', `${pictures.width}px`, {
    cell: (patient) => (pictures.has(patient) ? [pictures.frame(patient, 'table')] : []),
  });
}

/** Sorts in the order of the configuration. */
function stageColumn(stages: readonly string[]): Column {
  const rank = new Map(stages.map((stage, i) => [stage, i]));
  return text('stage', 'Stage', '3rem', {
    sortBy: ({ stage }) => rank.get(stage) ?? null,
    cell: ({ stage }) => [stageName(stage)],
  });
}

function decisionColumn(decisions: Decisions): Column {
  return text('decision', 'Decision', 'minmax(6rem, 1.2fr)', {
    sortBy: ({ id }) => decisions.of(id) && decisions.text(id),
    cell: ({ id }) => {
      const kind = decisions.of(id)?.decision ?? 'none';
      return [element('span', { class: `decision ${kind}` }, decisions.text(id))];
    },
  });
}

/** In-plane spacing once where rows and columns have the same. */
function spacingText([x, y, z]: readonly [number, number, number]): string {
  return x === y ? `${short(x, 3)} x ${short(z, 3)}` : triple([x, y, z], 3);
}

function flagList(flags: NonNullable<Patient['output']>['flags']): Child[] {
  if (flags.length === 0) return [];
  return [
    element(
      'ul',
      { class: 'flags' },
      ...flags.map(({ code, seen }) =>
        seen
          ? element('li', { class: 'seen' }, code, ' ', element('small', {}, '(seen)'))
          : element('li', {}, code),
      ),
    ),
  ];
}

/** An order of patients by a column; those without a value come last either way, and equal ones by their names. */
export function comparePatients({ sortBy }: Column, descending: boolean): (a: Patient, b: Patient) => number {
  return (a, b) => {
    const [left, right] = [sortBy?.(a) ?? null, sortBy?.(b) ?? null];
    if (left === null || right === null)
      return +(left === null) - +(right === null) || compareTexts(a.id, b.id);
    const order =
      typeof left === 'number' && typeof right === 'number'
        ? left - right
        : compareTexts(String(left), String(right));
    return (descending ? -order : order) || compareTexts(a.id, b.id);
  };
}
