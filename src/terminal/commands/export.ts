import { shardOf } from '../../runner/shard.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import { nnunetLines } from '../lines/closing.ts';
import { exportDicomOptions } from '../options/dicom-options.ts';
import { nnunetOptions } from '../options/options.ts';
import { type AddCommand, closeStep, say } from './command.ts';

/** The ROI set for other programs, and the masks of convert for those that read DICOM. */
export const exportCommand: AddCommand = (y, around) =>
  y.command('export', 'The ROI set, or the tumour masks, in the layout of another program', (layout) =>
    layout
      .command(
        'nnunet',
        'nnU-Net v2: images and labels, dataset.json, splits_final.json',
        (nnunet) => nnunet.options(nnunetOptions),
        async (argv) => {
          const { exportNnunet } = await import('../../exports/nnunet-export.ts');
          for (const line of nnunetLines(await exportNnunet(argv))) say(line);
        },
      )
      .command(
        'dicom-seg',
        'DICOM Segmentations of the masks of convert, on the images as scanned; they name the patient',
        (seg) => seg.options(exportDicomOptions['dicom-seg']),
        async (argv) => {
          const { report, resolveUri, end } = around();
          const { segments, algorithmName, algorithmVersion } = argv;
          const shard = shardOf(argv.shard);
          const memoryLimit = parseMemoryLimit(argv.memoryLimit);
          const { exportMasks } = await import('../../steps/dicom-export/cohort.ts');
          const done = await exportMasks({
            ...{ ...argv, kind: 'dicom-seg', segments, algorithmName, algorithmVersion },
            ...{ memoryLimit, shard, resolveUri, report },
          });
          end(closeStep(done, argv));
        },
      )
      .command(
        'rtstruct',
        'RT Structure Sets of the masks of convert, on the images as scanned; they name the patient',
        (set) => set.options(exportDicomOptions.rtstruct),
        async (argv) => {
          const { report, resolveUri, end } = around();
          const { segments, algorithmName, algorithmVersion } = argv;
          const shard = shardOf(argv.shard);
          const memoryLimit = parseMemoryLimit(argv.memoryLimit);
          const { exportMasks } = await import('../../steps/dicom-export/cohort.ts');
          const done = await exportMasks({
            ...{ ...argv, kind: 'rtstruct', segments, algorithmName, algorithmVersion },
            ...{ memoryLimit, shard, resolveUri, report },
          });
          end(closeStep(done, argv));
        },
      )
      .demandCommand(1, 1, 'Give a layout: export dicom-seg, export rtstruct, export nnunet.'),
  );
