import { shardOf } from '../../runner/shard.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import { convert } from '../../steps/convert/cohort.ts';
import { pass1Stats } from '../../steps/pass1-stats/cohort.ts';
import { pass2Write } from '../../steps/pass2-write/cohort.ts';
import { split } from '../../steps/split/cohort.ts';
import { COMPONENT_OPTIONS, shardOptions } from '../options/options.ts';
import { type AddCommand, closeStep, say } from './command.ts';

/** The four steps, each as its component calls it. */
export const stepCommands: AddCommand = (y, around) =>
  y
    .command(
      'convert',
      'Component: raw DICOM or NIfTI to CT volume and tumour mask',
      (step) => step.options({ ...COMPONENT_OPTIONS.convert, ...shardOptions }),
      async (argv) => {
        const { report, resolveUri, end } = around();
        const shard = shardOf(argv.shard);
        const memoryLimit = parseMemoryLimit(argv.memoryLimit);
        end(closeStep(await convert({ ...argv, memoryLimit, shard, resolveUri, report }), argv));
      },
    )
    .command(
      'split',
      'Component: patients to train and test',
      (step) => step.options(COMPONENT_OPTIONS.split),
      async (argv) => {
        const { rank, ranks } = shardOf(undefined);
        if (rank > 0) say(`split: rank 0 of ${ranks} does it, this is rank ${rank}`);
        else around().end(closeStep(await split(argv), argv));
      },
    )
    .command(
      'pass1-stats',
      'Component: constants of the data set',
      (step) => step.options({ ...COMPONENT_OPTIONS['pass1-stats'], ...shardOptions }),
      async (argv) => {
        const { report, end } = around();
        const shard = shardOf(argv.shard);
        const memoryLimit = parseMemoryLimit(argv.memoryLimit);
        end(closeStep(await pass1Stats({ ...argv, memoryLimit, shard, report }), argv));
      },
    )
    .command(
      'pass2-write',
      'Component: the ROI set and its manifest',
      (step) => step.options({ ...COMPONENT_OPTIONS['pass2-write'], ...shardOptions }),
      async (argv) => {
        const { report, end } = around();
        const shard = shardOf(argv.shard);
        const memoryLimit = parseMemoryLimit(argv.memoryLimit);
        end(closeStep(await pass2Write({ ...argv, memoryLimit, shard, report }), argv));
      },
    );
