import { join } from 'node:path';
import { tooManyExcluded } from '../../azureml/local/exit-code.ts';
import type { RunEvent } from '../../azureml/local/local-run.ts';
import { DEFAULT_PIPELINE } from '../../default-pipeline/places.ts';
import { displayUri } from '../../storage/location.ts';
import { cohortLines, cohortTable, pageUrl } from '../lines/closing.ts';
import { demoOptions, preprocessOptions, runOptions } from '../options/options.ts';
import { type AddCommand, say, tell } from './command.ts';

function announce(event: RunEvent): void {
  if (event.type === 'job-started')
    tell(`--- ${event.job}${event.instead === undefined ? '' : `: ${event.instead}`}`);
  else if (event.state !== 'Completed')
    tell(`--- ${event.job}: ${event.state}${event.error === undefined ? '' : `: ${event.error}`}`);
}

/** Whole pipelines on this machine. */
export const pipelineCommands: AddCommand = (y, around) =>
  y
    .command(
      'preprocess',
      'Run the default pipeline on a cohort',
      (pipeline) => pipeline.options(preprocessOptions),
      async (argv) => {
        const { resolveUri, assetPlaces, end } = around();
        const { exitCodeOf } = await import('../../azureml/local/local-run.ts');
        const { countedAsExcluded, readCohortResult } = await import(
          '../../default-pipeline/cohort-result.ts'
        );
        const { unobeyedReview } = await import('../../default-pipeline/obeyed-review.ts');
        const { preprocess } = await import('../../default-pipeline/preprocess.ts');
        const { REPORT_FILE } = await import('../../report/page.ts');
        const unobeyed = await unobeyedReview(argv);
        if (unobeyed !== undefined) tell(unobeyed);
        const result = await preprocess({ ...argv, resolveUri, assetPlaces, onEvent: announce, tell });
        end(exitCodeOf(result.run));
        if (result.run.state !== 'Completed') return;
        const found = await readCohortResult(result.manifest);
        const places = {
          volumes: displayUri(result.interim),
          rois: displayUri(result.roi),
          artifacts: result.artifacts,
          manifest: join(result.manifest, 'manifest.json'),
          report: pageUrl(join(result.manifest, REPORT_FILE)),
        };
        for (const line of ['', ...cohortLines(found, places)]) say(line);
        const excluded = countedAsExcluded(found);
        if (argv.maxExcluded !== undefined && excluded > argv.maxExcluded) {
          tell(`${excluded} patients are excluded, --max-excluded allows ${argv.maxExcluded}`);
          end(tooManyExcluded);
        }
      },
    )
    .command(
      'run <pipeline>',
      'Run an Azure ML pipeline file on this machine, or the pipeline of a schedule once',
      (pipeline) =>
        pipeline
          .positional('pipeline', {
            type: 'string',
            demandOption: true,
            description: `Pipeline or schedule YAML, such as ${DEFAULT_PIPELINE}`,
          })
          .options(runOptions),
      async (argv) => {
        const { resolveUri, assetPlaces, end } = around();
        const { exitCodeOf } = await import('../../azureml/local/local-run.ts');
        const { parseSettings } = await import('../../azureml/yaml/input-value.ts');
        const { runPipelineFile } = await import('../../default-pipeline/preprocess.ts');
        const run = await runPipelineFile({
          pipeline: argv.pipeline,
          set: { ...parseSettings(argv.set), ...(argv.profile ? { profile: 'true' } : {}) },
          artifacts: argv.artifacts,
          inside: argv.inside,
          resolveUri,
          assetPlaces,
          onEvent: announce,
          tell,
        });
        for (const job of run.jobs) say(`${job.job}: ${job.state}`);
        say(`artifacts: ${argv.artifacts}`);
        end(exitCodeOf(run));
      },
    );

/** The demo. */
export const demoCommand: AddCommand = (y, around) =>
  y.command(
    'demo',
    'Run the default pipeline on an embedded Azurite, or over folders where it is not installed',
    (options) => options.options(demoOptions),
    async (argv) => {
      const { demo } = await import('../../demo/demo.ts');
      const { REPORT_FILE } = await import('../../report/page.ts');
      const result = await demo({ ...argv, say, tell, onEvent: announce });
      around().end(result.exitCode);
      if (result.cohort === undefined) return;
      const places = {
        rois: join(argv.out, 'roi'),
        artifacts: join(argv.out, 'artifacts'),
        'contact sheet': join(argv.out, 'contact_sheet.png'),
        report: pageUrl(join(result.manifest, REPORT_FILE)),
      };
      for (const line of ['', cohortTable(result.cohort), '', ...cohortLines(result.cohort, places)])
        say(line);
    },
  );
