import type { ManifestOutput } from '../../records/manifest.ts';
import { short } from '../../report/number-text.ts';
import type { ReviewPatient } from '../../review/api.ts';
import { element } from '../element.ts';
import { ctFacts, type Fact, roiFacts, tumourFacts } from '../patient-facts.ts';

/** Percentiles of the tumour, before the window. */
function huFacts({ tumor_percentiles_hu: hu }: ManifestOutput): Fact[] {
  const whole = (values: readonly number[]): string => values.map((value) => short(value, 0)).join(' / ');
  return [
    ['HU, 5 / 50 / 95 %', whole([hu.p5, hu.p50, hu.p95])],
    ['HU, 0.5 / 99.5 %', whole([hu.p0_5, hu.p99_5])],
  ];
}

function flagList({ flags }: ManifestOutput): HTMLElement {
  if (flags.length === 0) return element('p', { class: 'quiet' }, 'No flags');
  const items = flags.map(({ code, message, value, seen }) =>
    element(
      'li',
      { class: seen === true ? 'seen' : 'unseen' },
      element('strong', {}, code),
      element('span', { class: 'value' }, short(value, 4)),
      ...(seen === true ? [element('span', { class: 'tag' }, 'seen')] : []),
      element('p', {}, message),
    ),
  );
  return element('ul', { class: 'flags' }, ...items);
}

function list(facts: readonly Fact[]): HTMLElement {
  const pairs = facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', {}, ...pairs);
}

/** What the run says of a patient, beside its images. */
export function factsOf({ output, failure, roi_outdated }: ReviewPatient): Node[] {
  const leftOut =
    failure === null
      ? []
      : [
          element('h2', {}, 'Left out'),
          element(
            'div',
            { class: 'left-out' },
            element('strong', {}, failure.code),
            element('span', { class: 'value' }, `by ${failure.step}`),
            element('p', {}, failure.error),
          ),
          list([['Stage', failure.stage === '' ? 'unknown' : failure.stage]]),
        ];
  if (output === null) return leftOut;
  const outdated = element(
    'p',
    { class: 'warning' },
    'The ROI was made of another mask than lies there now and is not shown; its values are of that mask too.',
  );
  return [
    ...leftOut,
    ...(roi_outdated ? [outdated] : []),
    list([
      ['Stage', output.stage],
      ['Split', output.split],
    ]),
    element('h2', {}, 'Flags'),
    flagList(output),
    element('h2', {}, 'Tumour'),
    list([...tumourFacts(output), ...huFacts(output)]),
    element('h2', {}, 'ROI'),
    list(roiFacts(output)),
    element('h2', {}, 'CT'),
    list(ctFacts(output)),
  ];
}
