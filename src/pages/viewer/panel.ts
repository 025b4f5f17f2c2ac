import type { ManifestOutput } from '../../records/manifest.ts';
import type { ReviewPatient } from '../../review/api.ts';
import { element } from '../element.ts';

type Row = readonly [name: string, value: string];

const number = (value: number, digits = 1): string => String(Number(value.toFixed(digits)));

const sides = (values: readonly number[], digits = 2): string =>
  values.map((value) => number(value, digits)).join(' × ');

function tumour(output: ManifestOutput): Row[] {
  const { tumor_percentiles_hu: hu } = output;
  const whole = (values: readonly number[]): string => values.map((value) => number(value, 0)).join(' / ');
  const cut: Row = ['Cut off by the ROI', `${number(100 * output.tumor_clipped_share)} %`];
  return [
    ['Volume', `${number(output.tumor_volume_ml)} ml`],
    ['Box', `${sides(output.tumor_bbox_size_mm, 0)} mm`],
    ['HU, 5 / 50 / 95 %', whole([hu.p5, hu.p50, hu.p95])],
    ['HU, 0.5 / 99.5 %', whole([hu.p0_5, hu.p99_5])],
    ...(output.tumor_clipped_voxels > 0 ? [cut] : []),
  ];
}

function roi(output: ManifestOutput): Row[] {
  return [
    ['Voxels', sides(output.final_roi_size_vox)],
    ['Size', `${sides(output.final_roi_size_mm, 0)} mm`],
  ];
}

function acquired({ spacing_before_mm, slices, acquisition }: ManifestOutput): Row[] {
  const { manufacturer, model, convolution_kernel, kvp, slice_thickness_mm, patient_position } = acquisition;
  const rows: readonly (readonly [string, string | number | null, string])[] = [
    ['Spacing', sides(spacing_before_mm), ' mm'],
    ['Slices', slices, ''],
    ['Maker', manufacturer, ''],
    ['Scanner', model, ''],
    ['Kernel', convolution_kernel, ''],
    ['Tube', kvp, ' kV'],
    ['Slice thickness', slice_thickness_mm, ' mm'],
    ['Position', patient_position, ''],
  ];
  return rows
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value, unit]) => [name, `${value}${unit}`]);
}

function flagList({ flags }: ManifestOutput): HTMLElement {
  if (flags.length === 0) return element('p', { class: 'quiet' }, 'No flags');
  const items = flags.map(({ code, message, value, seen }) =>
    element(
      'li',
      { class: seen === true ? 'seen' : 'unseen' },
      element('strong', {}, code),
      element('span', { class: 'value' }, number(value, 3)),
      ...(seen === true ? [element('span', { class: 'tag' }, 'seen')] : []),
      element('p', {}, message),
    ),
  );
  return element('ul', { class: 'flags' }, ...items);
}

function table(rows: readonly Row[]): HTMLElement {
  const pairs = rows.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', {}, ...pairs);
}

/** What the run says of a patient, beside its images. */
export function factsOf({ output, failure, roi_outdated }: ReviewPatient): Node[] {
  const excluded =
    failure === null
      ? []
      : [
          element('h2', {}, 'Excluded'),
          element(
            'div',
            { class: 'excluded' },
            element('strong', {}, failure.code),
            element('span', { class: 'value' }, `at ${failure.step}`),
            element('p', {}, failure.error),
          ),
          table([['Stage', failure.stage === '' ? 'unknown' : failure.stage]]),
        ];
  if (output === null) return excluded;
  const outdated = element(
    'p',
    { class: 'warning' },
    'The ROI was made of another mask than lies there now and is not shown; its values are of that mask too.',
  );
  return [
    ...excluded,
    ...(roi_outdated ? [outdated] : []),
    table([
      ['Stage', output.stage],
      ['Split', output.split],
    ]),
    element('h2', {}, 'Flags'),
    flagList(output),
    element('h2', {}, 'Tumour'),
    table(tumour(output)),
    element('h2', {}, 'ROI'),
    table(roi(output)),
    element('h2', {}, 'CT'),
    table(acquired(output)),
  ];
}
