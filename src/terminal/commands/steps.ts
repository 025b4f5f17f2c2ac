import { shardOf } from '../../runner/shard.ts';
import { parseMemoryLimit } from '../../runner/worker-count.ts';
import { COMPONENT_OPTIONS, shardOptions } from '../options/options.ts';
import { type AddCommand, closeStep, type Surroundings, say } from './command.ts';

/** What `latest` was when the step began stands in its log. */
function sayAssets({ report, dataAssets }: Surroundings): void {
  for (const { input, asset } of dataAssets()) report({ kind: 'note', message: `--${input}: ${asset}` });
}

/** The four steps, each as its component calls it, and loaded only when it is called: a step is a process of its own. */
export const stepCommands: AddCommand = (y, around) =>
  y
    .command(
      'convert',
      'Component: raw DICOM or NIfTI to CT volume and tumour mask',
      (step) => step.options({ ...COMPONENT_OPTIONS.convert, ...shardOptions }),
      async (argv) => {
        const { report, resolveUri, dataAssets, end } = around();
        sayAssets(around());
        const shard = shardOf(argv.shard);
        const memoryLimit = parseMemoryLimit(argv.memoryLimit);
        const { convert } = await import('../../steps/convert/cohort.ts');
        end(
          await closeStep(
            await convert({ ...argv, memoryLimit, shard, resolveUri, dataAssets, report }),
            argv,
          ),
        );
      },
    )
    .command(
      'split',
      'Component: patients to train and test',
      (step) => step.options(COMPONENT_OPTIONS.split),
      async (argv) => {
        const { rank, ranks } = shardOf(undefined);
        if (rank > 0) {
          say(`split: rank 0 of ${ranks} does it, this is rank ${rank}`);
          return;
        }
        const { split } = await import('../../steps/split/cohort.ts');
        const { dataAssets, end } = around();
        sayAssets(around());
        end(await closeStep(await split({ ...argv, dataAssets }), argv));
      },
    )
    .command(
      'pass1-stats',
      'Component: constants of the data set',
      (step) => step.options({ ...COMPONENT_OPTIONS['pass1-stats'], ...shardOptions }),
      async (argv) => {
        const { report, dataAssets, end } = around();
        sayAssets(around());
        const shard = shardOf(argv.shard);
        const memoryLimit = parseMemoryLimit(argv.memoryLimit);
        const { pass1Stats } = await import('../../steps/pass1-stats/cohort.ts');
        end(await closeStep(await pass1Stats({ ...argv, memoryLimit, shard, dataAssets, report }), argv));
      },
    )
    .command(
      'pass2-write',
      'Component: the ROI set and its manifest',
      (step) => step.options({ ...COMPONENT_OPTIONS['pass2-write'], ...shardOptions }),
      async (argv) => {
        const { report, dataAssets, end } = around();
        sayAssets(around());
        const shard = shardOf(argv.shard);
        const memoryLimit = parseMemoryLimit(argv.memoryLimit);
        const { pass2Write } = await import('../../steps/pass2-write/cohort.ts');
        end(await closeStep(await pass2Write({ ...argv, memoryLimit, shard, dataAssets, report }), argv));
      },
    );
