import type { Decision } from '../../records/review.ts';
import type { Patient } from './cohort.ts';

/** Which patients are shown; '' asks for nothing. */
export interface Filter {
  /** Words, all of which stand somewhere in what is known of the patient. */
  readonly text: string;
  /** `made` is train or test. */
  readonly state: string;
  /** A stage with `=` in front, so that none (`=`) can be asked for too. */
  readonly stage: string;
  /** `flagged`, `unseen`, `clean`, `flag:CODE` or `reason:CODE`. */
  readonly finding: string;
  /** A kind of change since the last run. */
  readonly change: string;
  /** In a review: `none`, `accept` or `exclude`. */
  readonly decision: string;
}

/** What is seen of the patients: shown ones, their order, and by what distributions are grouped. All of it is in the URL. */
export interface View extends Filter {
  /** Key of a column; '' for the order of names. */
  readonly sort: string;
  readonly descending: boolean;
  readonly group: 'split' | 'stage';
  /** The patient whose details a link leads to. */
  readonly patient: string;
}

export const WHOLE_VIEW: View = {
  text: '',
  state: '',
  stage: '',
  finding: '',
  change: '',
  decision: '',
  sort: '',
  descending: false,
  group: 'split',
  patient: '',
};

/** How each choice is called in the URL. */
const NAMES = {
  text: 'q',
  state: 'state',
  finding: 'finding',
  change: 'change',
  decision: 'decision',
  sort: 'sort',
  patient: 'patient',
} as const satisfies Partial<Record<keyof View, string>>;

/** The part of a URL behind `#`, '' for the whole view. */
export function hashOfView(view: View): string {
  const parameters = new URLSearchParams();
  for (const [key, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
    if (view[key] !== '') parameters.set(name, view[key]);
  }
  // As it is called, without its mark: `stage=II`, and `stage=` for none.
  if (view.stage !== '') parameters.set('stage', view.stage.slice(1));
  if (view.descending) parameters.set('order', 'descending');
  if (view.group !== WHOLE_VIEW.group) parameters.set('group', view.group);
  return parameters.toString();
}

/** The view of a URL; null where its hash is the name of a place in the page. */
export function viewOfHash(hash: string): View | null {
  const text = hash.replace(/^#/, '');
  if (text !== '' && !text.includes('=')) return null;
  const parameters = new URLSearchParams(text);
  const asked = Object.entries(NAMES).map(([key, name]) => [key, parameters.get(name) ?? '']);
  return {
    ...WHOLE_VIEW,
    ...Object.fromEntries(asked),
    stage: parameters.has('stage') ? `=${parameters.get('stage')}` : '',
    descending: parameters.get('order') === 'descending',
    group: parameters.get('group') === 'stage' ? 'stage' : 'split',
  };
}

/** Whether it asks for some of the patients. */
export const isFiltered = ({ text, state, stage, finding, change, decision }: Filter): boolean =>
  [text, state, stage, finding, change, decision].some((asked) => asked !== '');

/** Whether a patient with that decision (null for none) is shown. */
export function matcher(filter: Filter): (patient: Patient, decision: Decision | null) => boolean {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (patient, decision) =>
    words.every((word) => patient.words.includes(word)) &&
    hasState(patient, filter.state) &&
    (filter.stage === '' || `=${patient.stage}` === filter.stage) &&
    hasFinding(patient, filter.finding) &&
    (filter.change === '' || patient.change?.kind === filter.change) &&
    (filter.decision === '' || (decision?.decision ?? 'none') === filter.decision);
}

function hasState({ state }: Patient, wanted: string): boolean {
  if (wanted === 'made') return state !== 'excluded';
  return wanted === '' || state === wanted;
}

function hasFinding({ output, failure }: Patient, wanted: string): boolean {
  const flags = output?.flags ?? [];
  const [kind, code] = [wanted.split(':', 1)[0], wanted.slice(wanted.indexOf(':') + 1)];
  switch (kind) {
    case 'flagged':
      return flags.length > 0;
    case 'unseen':
      return flags.some(({ seen }) => seen !== true);
    case 'clean':
      return output !== null && flags.length === 0;
    case 'flag':
      return flags.some((flag) => flag.code === code);
    case 'reason':
      return failure?.code === code;
    default:
      return true;
  }
}
