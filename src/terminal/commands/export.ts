import type { DicomKind } from '../../records/way-back/mapped.ts';
import { shardOf } from '../../runner/shard.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import type { ExportMasksOptions } from '../../steps/dicom-export/options.ts';
import { nnunetLines } from '../lines/closing.ts';
import { exportDicomOptions } from '../options/dicom-options.ts';
import { nnunetOptions } from '../options/options.ts';
import { type AddCommand, closeStep, type Surroundings, say } from './command.ts';

/** The options of either kind, as the command line has them. */
type MasksArgv = Omit<ExportMasksOptions, 'kind' | 'memoryLimit' | 'shard' | 'resolveUri' | 'report'> & {
  readonly memoryLimit: string;
  readonly shard: string | undefined;
  readonly maxExcluded?: number | undefined;
};

/** The masks of convert as DICOM objects of one kind. */
async function exportAs(
  kind: DicomKind,
  argv: MasksArgv,
  { report, resolveUri, end }: Surroundings,
): Promise<void> {
  const shard = shardOf(argv.shard);
  const memoryLimit = parseMemoryLimit(argv.memoryLimit);
  const { exportMasks } = await import('../../steps/dicom-export/cohort.ts');
  end(await closeStep(await exportMasks({ ...argv, kind, memoryLimit, shard, resolveUri, report }), argv));
}

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
        (argv) => exportAs('dicom-seg', argv, around()),
      )
      .command(
        'rtstruct',
        'RT Structure Sets of the masks of convert, on the images as scanned; they name the patient',
        (set) => set.options(exportDicomOptions.rtstruct),
        (argv) => exportAs('rtstruct', argv, around()),
      )
      .demandCommand(1, 1, 'Give a layout: export dicom-seg, export rtstruct, export nnunet.'),
  );
