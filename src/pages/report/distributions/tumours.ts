import { triple } from '../../../report/number-text.ts';
import type { PageData } from '../../../report/page-data.ts';
import type { Distribution } from './distribution.ts';
import { histogram } from './histogram.ts';
import {
  alternativeOf,
  type Made,
  namedSpreadRows,
  namesOf,
  type Quantity,
  SPREAD_HEADER,
  samplesOf,
  spreadRows,
} from './quantities.ts';

const AXES = ['x, right to left', 'y, front to back', 'z, foot to head'] as const;

export function tumourVolume(all: readonly Made[]): Distribution {
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

export function boxSizes(
  all: readonly Made[],
  { max_box_mm }: PageData['manifest']['constants'],
): Distribution {
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
            alternative: `Boxes by axis against the largest ROI of ${triple(max_box_mm)} mm`,
          },
          { panels: AXES, series: legend, lines: AXES.map((panel, a) => ({ panel, value: max_box_mm[a] })) },
        ),
      ];
    },
    header: ['Box', ...SPREAD_HEADER],
    numbers: (groups) => namedSpreadRows(groups, [...tumour, ...padded]),
  };
}
