import { percent } from '../../../report/number-text.ts';
import { countsOf } from '../numbers.ts';
import type { Distribution } from './distribution.ts';
import { histogram } from './histogram.ts';
import { boxes, shares } from './plots.ts';
import {
  alternativeOf,
  type Made,
  namedSpreadRows,
  nameOf,
  namesOf,
  type Quantity,
  SPREAD_HEADER,
  samplesOf,
} from './quantities.ts';

const NO_KERNEL = 'kernel not said';
/** Kernels that have a bar of their own. */
const KERNELS = 14;

export function scans(all: readonly Made[]): Distribution {
  const quantities: Quantity[] = [
    {
      name: 'spacing in the slice',
      unit: 'mm',
      decimals: 3,
      of: ({ output }) => output.spacing_before_mm[0],
    },
    {
      name: 'spacing of slices',
      unit: 'mm',
      decimals: 2,
      of: ({ output }) => output.spacing_before_mm[2],
    },
    { name: 'slices', unit: '', decimals: 0, of: ({ output }) => output.slices },
  ];
  return {
    heading: 'Spacing and slices of the CT',
    caption:
      'As scanned, before resampling. Slices much further apart than the others, or very few of them, make coarse masks; ' +
      'a group with spacings of its own came from other scanners.',
    draw: (groups, width) =>
      quantities.map((quantity) =>
        histogram(
          samplesOf(groups, quantity),
          {
            label: [quantity.name, quantity.unit].filter(Boolean).join(', '),
            values: all.map(quantity.of),
          },
          {
            width: width < 640 ? width : Math.floor(width / 3) - 6,
            groups: namesOf(groups),
            alternative: alternativeOf(quantity, groups),
          },
        ),
      ),
    header: ['Quantity', ...SPREAD_HEADER],
    numbers: (groups) => namedSpreadRows(groups, quantities),
  };
}

export function intensities(all: readonly Made[], window: readonly [number, number]): Distribution {
  const keys = ['p1', 'p5', 'p50', 'p95', 'p99'] as const;
  const kinds = [
    { name: 'CT', of: ({ output }: Made) => output.percentiles_hu },
    { name: 'tumour', of: ({ output }: Made) => output.tumor_percentiles_hu },
  ];
  const quantities = kinds.map(({ name, of }) =>
    keys.map(
      (key): Quantity => ({
        name: `${name}, ${key.slice(1)} %`,
        unit: 'HU',
        decimals: 0,
        of: (patient) => of(patient)[key],
      }),
    ),
  );
  return {
    heading: 'HU percentiles',
    caption:
      `Of each patient's voxels that count for the constants (CT) and of its tumour, before the window of ` +
      `${window[0]} to ${window[1]} HU (dashed). Points far off have a wrong rescale, metal, or a mask beside the tumour.`,
    draw: (groups, width) =>
      quantities.map((ofKind, i) =>
        boxes(
          ofKind.flatMap((quantity, k) =>
            samplesOf(groups, quantity).map((sample) => ({ ...sample, panel: panelOf(keys[k]) })),
          ),
          { label: `HU, ${kinds[i].name}`, values: all.flatMap((p) => ofKind.map(({ of }) => of(p))) },
          {
            width: width < 640 ? width : Math.floor(width / 2) - 6,
            groups: namesOf(groups),
            alternative: `Percentiles of the HU of the ${kinds[i].name} as boxes; ${alternativeOf(ofKind[2], groups)}`,
          },
          keys.map(panelOf),
          window,
        ),
      ),
    header: ['Percentile', ...SPREAD_HEADER],
    numbers: (groups) => namedSpreadRows(groups, quantities.flat()),
  };
}

const panelOf = (key: string): string => `${key.slice(1)} %`;

export function kernels(all: readonly Made[]): Distribution {
  const kernelOf = ({ output: { acquisition } }: Made): string =>
    [acquisition.manufacturer, acquisition.convolution_kernel || NO_KERNEL].filter(Boolean).join(' ');
  const counts = countsOf(all.map(kernelOf));
  const own = new Set(counts.slice(0, KERNELS).map(([name]) => name));
  const others = `${counts.length - own.size} others`;
  const barOf = (patient: Made): string => (own.has(kernelOf(patient)) ? kernelOf(patient) : others);
  const names = counts.length > own.size ? [...own, others] : [...own];
  return {
    heading: 'Maker and kernel',
    caption:
      'A maker or kernel that stands in one group alone can be learnt in place of the tumour, and is not tested otherwise.',
    draw: (groups, width) => [
      shares(
        groups.flatMap((group) =>
          countsOf(group.patients.map(barOf)).map(([kind, count]) => ({
            group: nameOf(group),
            kind,
            count,
            share: count / group.patients.length,
          })),
        ),
        names,
        {
          width,
          groups: namesOf(groups),
          alternative: `Share of each maker and kernel; most frequent: ${names[0]}`,
        },
      ),
    ],
    header: ['Maker and kernel', 'Group', 'Patients', 'Share'],
    numbers: (groups) =>
      groups.flatMap(({ name, patients }) =>
        countsOf(patients.map(kernelOf)).map(
          ([kernel, count]) => [kernel, name, count, percent(count / patients.length)] as const,
        ),
      ),
  };
}
