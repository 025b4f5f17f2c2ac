import { UsageError } from '../../errors.ts';
import type { DicomKind, OkMapped } from '../../records/way-back/mapped.ts';
import type { StepSummary } from '../../runner/report.ts';
import { shardOf } from '../../runner/shard.ts';
import { StepWatch } from '../../runner/step-watch.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import type { ExportPredictionsOptions } from '../../steps/dicom-export/options.ts';
import { displayUri } from '../../storage/location.ts';
import { mappedLines } from '../lines/closing.ts';
import { profileLines } from '../lines/profile.ts';
import { mapBackDicomOptions, mapBackOrDicomOptions } from '../options/dicom-options.ts';
import { type AddCommand, closeStep, say } from './command.ts';

/** How the one file of a DICOM object ends. */
const DICOM_FILE = /\.dcm$/i;

/** Seconds that rank 0 waits for the next of the others, as for the other commands. */
const GATHER_TIMEOUT = 3600;

/** Refuses options that say nothing of NIfTI. */
function assertNifti(argv: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(mapBackDicomOptions).find((option) => argv[option] !== undefined);
  if (given !== undefined)
    throw new UsageError(`--${given}: goes with --as dicom-seg or rtstruct; leave it out, or give --as`);
}

/** One DICOM object, or those of a folder of predictions. */
async function mapBackAsDicom(
  options: Omit<ExportPredictionsOptions, 'raw' | 'kind' | 'shard'> & {
    readonly raw: string | undefined;
    readonly shard: string | undefined;
  },
  kind: DicomKind,
  watch: StepWatch,
): Promise<StepSummary | OkMapped> {
  const { raw, shard } = options;
  if (raw === undefined)
    throw new UsageError(`--raw: is missing; with --as ${kind} give the raw data that convert read`);
  const all = { ...options, raw, kind, shard: shardOf(shard) };
  const { namesFiles } = await import('../../way-back/predictions.ts');
  if (namesFiles(all, DICOM_FILE)) {
    if (shard !== undefined)
      throw new UsageError('--shard: one file is not shared; leave it out, or give folders');
    const { exportPredictionFile } = await import('../../steps/dicom-export/file.ts');
    return exportPredictionFile(all, watch);
  }
  const { exportPredictions } = await import('../../steps/dicom-export/cohort.ts');
  return exportPredictions(all);
}

/** The way back of predictions. */
export const mapBackCommand: AddCommand = (y, around) =>
  y.command(
    'map-back',
    'Label or probability maps from ROIs onto the original CT grid, as NIfTI, DICOM SEG or RTSTRUCT',
    (back) => back.options(mapBackOrDicomOptions),
    async (argv) => {
      const { report, resolveUri, end } = around();
      const { threshold, channel, compare } = argv;
      const watch = new StepWatch('map-back');
      const memoryLimit = parseMemoryLimit(argv.memoryLimit);
      const options = { ...argv, memoryLimit, threshold, channel, compare, report };
      if (argv.as === 'nifti') assertNifti(argv);
      const done =
        argv.as === 'nifti'
          ? await (await import('../../steps/map-back/cohort.ts')).mapBackPredictions({ ...options, watch })
          : await mapBackAsDicom(
              {
                ...options,
                shard: argv.shard,
                gatherTimeout: argv.gatherTimeout ?? GATHER_TIMEOUT,
                resolveUri,
              },
              argv.as,
              watch,
            );
      const profile = watch.read();
      if ('step' in done) end(await closeStep({ profile, ...done }, argv));
      else
        for (const line of [
          ...mappedLines(done, displayUri(argv.out)),
          ...profileLines(profile, argv.profile),
        ])
          say(line);
    },
  );
