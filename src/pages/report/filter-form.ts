import { element } from '../element.ts';
import { compareTexts, type Patient, stageName } from './cohort.ts';
import type { Filter } from './filter.ts';
import { countsOf } from './numbers.ts';

type Choice = readonly [value: string, text: string];

type Controls = Readonly<Partial<Record<keyof Filter, HTMLInputElement | HTMLSelectElement>>>;

const KEYS = ['text', 'state', 'stage', 'finding', 'change', 'decision'] as const satisfies (keyof Filter)[];

const LABELS: Readonly<Record<keyof Filter, string>> = {
  text: 'Search',
  state: 'Split',
  stage: 'Stage',
  finding: 'Flag or reason',
  change: 'Since last run',
  decision: 'Decision',
};

const STATES: readonly Choice[] = [
  ['made', 'train and test'],
  ['train', 'train'],
  ['test', 'test'],
  ['excluded', 'left out'],
];

const CHANGES: readonly Choice[] = (['added', 'changed', 'removed', 'unchanged'] as const).map((kind) => [
  kind,
  kind,
]);

const DECISIONS: readonly Choice[] = [
  ['none', 'undecided'],
  ['accept', 'accepted'],
  ['exclude', 'excluded'],
];

/** What is asked of a cohort by the controls above the table. */
export class FilterForm {
  readonly element: HTMLFormElement;
  readonly #controls: Controls;

  /** `isReview`: whether there are decisions to filter by. `onChange` is told whatever changes. */
  constructor(
    patients: readonly Patient[],
    stages: readonly string[],
    isReview: boolean,
    onChange: (filter: Filter) => void,
  ) {
    this.#controls = controlsOf(patients, stages, isReview);
    this.element = element(
      'form',
      { class: 'filter', role: 'search', 'aria-label': 'Filter of patients' },
      ...KEYS.flatMap((key) => {
        const control = this.#controls[key];
        return control === undefined ? [] : [element('label', {}, LABELS[key], control)];
      }),
      element('button', { type: 'reset' }, 'Show all'),
    );
    this.element.addEventListener('submit', (event) => event.preventDefault());
    this.element.addEventListener('input', () => onChange(this.#read()));
    this.element.addEventListener('reset', (event) => {
      event.preventDefault();
      this.show({ text: '', state: '', stage: '', finding: '', change: '', decision: '' });
      onChange(this.#read());
    });
  }

  /** Shows a filter that was asked for elsewhere. What no control offers here is offered from then on. */
  show(filter: Filter): void {
    for (const key of KEYS) {
      const control = this.#controls[key];
      if (control === undefined || control.value === filter[key]) continue;
      control.value = filter[key];
      if (control instanceof HTMLSelectElement && control.value !== filter[key]) {
        control.append(element('option', { value: filter[key] }, filter[key]));
        control.value = filter[key];
      }
    }
  }

  focusSearch(): void {
    this.#controls.text?.focus();
  }

  #read(): Filter {
    const chosen = (key: keyof Filter): string => this.#controls[key]?.value ?? '';
    return Object.fromEntries(KEYS.map((key) => [key, chosen(key)])) as unknown as Filter;
  }
}

function controlsOf(patients: readonly Patient[], stages: readonly string[], isReview: boolean): Controls {
  const hasChanges = patients.some(({ change }) => change !== null);
  return {
    text: searchInput(),
    state: select(STATES),
    stage: select(stages.map((stage): Choice => [`=${stage}`, stageName(stage)])),
    finding: findingSelect(patients),
    ...(hasChanges && { change: select(CHANGES) }),
    ...(isReview && { decision: select(DECISIONS) }),
  };
}

function searchInput(): HTMLInputElement {
  const search = element('input', {
    type: 'search',
    placeholder: 'patient, flag, reason, maker',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  search.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && search.value === '') search.blur();
  });
  return search;
}

/** A choice among all and some. */
function select(choices: readonly Choice[]): HTMLSelectElement {
  const options = [['', 'all'] as const, ...choices];
  return element('select', {}, ...options.map(([value, text]) => element('option', { value }, text)));
}

/** The flags and reasons that there are, with the number of their patients. */
function findingSelect(patients: readonly Patient[]): HTMLSelectElement {
  const flags = patients.flatMap(({ output }) => [...new Set(output?.flags.map(({ code }) => code))]);
  const reasons = patients.flatMap(({ failure }) => failure?.code ?? []);
  const control = select([
    ['flagged', 'with a flag'],
    ['unseen', 'with a flag that nobody has seen'],
    ['clean', 'without a flag'],
  ]);
  for (const [label, kind, codes] of [
    ['Flags', 'flag', flags],
    ['Left out because', 'reason', reasons],
  ] as const) {
    const counts = countsOf(codes).sort(([a], [b]) => compareTexts(a, b));
    if (counts.length === 0) continue;
    control.append(
      element(
        'optgroup',
        { label },
        ...counts.map(([code, count]) =>
          element('option', { value: `${kind}:${code}` }, `${code} (${count})`),
        ),
      ),
    );
  }
  return control;
}
