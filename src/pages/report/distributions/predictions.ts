import { diceOf } from '../cohort.ts';
import type { Distribution } from './distribution.ts';
import { histogram } from './histogram.ts';
import { points } from './plots.ts';
import {
  alternativeOf,
  type Made,
  namesOf,
  type Quantity,
  SPREAD_HEADER,
  samplesOf,
  spreadRows,
} from './quantities.ts';

export function predictions(all: readonly Made[]): Distribution {
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
