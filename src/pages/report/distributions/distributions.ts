import type { PageData } from '../../../report/page-data.ts';
import type { Child } from '../../element.ts';
import { diceOf } from '../cohort.ts';
import { countsOf, percent, short } from '../numbers.ts';
import { boxes, histogram, points, shares } from './plots.ts';
import {
  alternativeOf,
  type Group,
  type Made,
  namedSpreadRows,
  nameOf,
  namesOf,
  type Quantity,
  SPREAD_HEADER,
  samplesOf,
  spreadRows,
} from './quantities.ts';

/** What people check of a cohort: plots, what to look for in them, and the numbers. */
export interface Distribution {
  readonly heading: string;
  readonly caption: string;
  /** What the two colours mean. */
  readonly legend?: readonly string[];
  /** SVG of the groups, at that many pixels' width. */
  readonly draw: (groups: readonly Group[], width: number) => Element[];
  readonly header: readonly string[];
  readonly numbers: (groups: readonly Group[]) => readonly (readonly [Child, ...Child[]])[];
}

const AXES = ['x, right to left', 'y, front to back', 'z, foot to head'] as const;
const NO_KERNEL = 'kernel not said';
/** Kernels that have a bar of their own. */
const KERNELS = 14;

/** Those that this cohort has values for; `all` are its patients with an ROI. */
export function distributionsOf({ manifest }: PageData, all: readonly Made[]): Distribution[] {
  if (all.length === 0) return [];
  return [
    tumourVolume(all),
    boxSizes(all, manifest.constants),
    scans(all),
    intensities(all, manifest.constants.window_hu),
    kernels(all),
    ...(all.some((patient) => diceOf(patient) !== null) ? [predictions(all)] : []),
  ];
}

function tumourVolume(all: readonly Made[]): Distribution {
  const volume: Quantity = {
    name: 'tumour volume',
    unit: 'ml',
    decimals: 1,
    // An empty mask is never written, so that there is a logarithm.
    of: ({ output }) => output.tumor_volume_ml,
  };
  return {
    heading: 'Tumour volume',
    caption:
      'Train and test should have the same range: a stage or size that only one of them has is not tested. ' +
      'Single bars far off on either side are patients whose mask is worth a look.',
    draw: (groups, width) => [
      histogram(
        samplesOf(groups, volume),
        { label: 'ml', isLog: true, values: all.map(volume.of) },
        {
          width,
          groups: namesOf(groups),
          alternative: alternativeOf(volume, groups),
        },
      ),
    ],
    header: SPREAD_HEADER,
    numbers: (groups) => spreadRows(groups, [volume]),
  };
}

function boxSizes(all: readonly Made[], { max_box_mm }: PageData['manifest']['constants']): Distribution {
  const tumour = AXES.map(
    (axis, a): Quantity => ({
      name: `tumour's box, ${axis}`,
      unit: 'mm',
      decimals: 0,
      of: ({ output }) => output.tumor_bbox_size_mm[a],
    }),
  );
  const padded = AXES.map(
    (axis, a): Quantity => ({
      name: `padded box, ${axis}`,
      unit: 'mm',
      decimals: 0,
      of: ({ output }) => output.bbox_padded_size_mm[a],
    }),
  );
  const legend = ["tumour's box", 'padded box'];
  const values = all.flatMap((patient) => [...tumour, ...padded].map(({ of }) => of(patient)));
  return {
    heading: 'Boxes against the patch',
    caption:
      'The dashed line is the largest ROI. What is right of it is cut: of a padded box the surroundings of the tumour, ' +
      "of a tumour's box the tumour itself.",
    legend,
    draw: (groups, width) => {
      const samples = [tumour, padded].flatMap((quantities, series) =>
        quantities.flatMap((quantity, a) =>
          samplesOf(groups, quantity).map((sample) => ({
            ...sample,
            panel: AXES[a],
            series: legend[series],
          })),
        ),
      );
      return [
        histogram(
          samples,
          { label: 'mm', values: [...values, ...max_box_mm] },
          {
            width,
            groups: namesOf(groups),
            alternative: `Boxes by axis against the largest ROI of ${max_box_mm.map((v) => short(v)).join(' x ')} mm`,
          },
          { panels: AXES, series: legend, lines: AXES.map((panel, a) => ({ panel, value: max_box_mm[a] })) },
        ),
      ];
    },
    header: ['Box', ...SPREAD_HEADER],
    numbers: (groups) => namedSpreadRows(groups, [...tumour, ...padded]),
  };
}

function scans(all: readonly Made[]): Distribution {
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

function intensities(all: readonly Made[], window: readonly [number, number]): Distribution {
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

function kernels(all: readonly Made[]): Distribution {
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

function predictions(all: readonly Made[]): Distribution {
  const dice: Quantity = {
    name: 'Dice',
    unit: '',
    decimals: 3,
    of: (patient) => diceOf(patient) ?? Number.NaN,
  };
  return {
    heading: 'Dice of predictions',
    caption:
      'Predictions that map-back compared with the mask on the grid of the CT. Train far above test is overfitting; ' +
      'small tumours have lower values by nature, large ones with low values are worth a look.',
    draw: (groups, width) => {
      const half = width < 640 ? width : Math.floor(width / 2) - 6;
      const frame = { width: half, groups: namesOf(groups) };
      const samples = samplesOf(groups, dice);
      const volumeOf = new Map(all.map((patient) => [patient.id, patient.output.tumor_volume_ml]));
      return [
        histogram(
          samples,
          // The last bin is that of 1, which the masks themselves have.
          { label: 'Dice', values: [0, 1] },
          { ...frame, alternative: alternativeOf(dice, groups) },
        ),
        points(
          samples.map(({ group, value, patient }) => ({
            group,
            patient,
            x: volumeOf.get(patient)!,
            y: value,
          })),
          { x: 'ml', y: 'Dice' },
          { ...frame, alternative: 'Dice of each patient over its tumour volume' },
        ),
      ];
    },
    header: SPREAD_HEADER,
    numbers: (groups) => spreadRows(groups, [dice]),
  };
}
