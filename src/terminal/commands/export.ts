import { exportNnunet } from '../../exports/nnunet-export.ts';
import { nnunetLines } from '../lines/closing.ts';
import { nnunetOptions } from '../options/options.ts';
import { type AddCommand, say } from './command.ts';

/** The ROI set for other programs. */
export const exportCommand: AddCommand = (y) =>
  y.command('export', 'The ROI set in the layout of another program', (layout) =>
    layout
      .command(
        'nnunet',
        'nnU-Net v2: images and labels, dataset.json, splits_final.json',
        (nnunet) => nnunet.options(nnunetOptions),
        async (argv) => {
          for (const line of nnunetLines(await exportNnunet(argv))) say(line);
        },
      )
      .demandCommand(1, 1, 'Give a layout: export nnunet.'),
  );
