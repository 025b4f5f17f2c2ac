import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodeOf, type RunEvent } from '../azureml/local/local-run.ts';
import type { ConfigOptions } from '../config/read-config.ts';
import { UsageError } from '../errors.ts';
import { type CohortResult, readCohortResult } from '../pipeline/cohort-result.ts';
import { type PreprocessResult, preprocess } from '../pipeline/preprocess.ts';
import { openStore, readObject } from '../storage/open.ts';
import { type Azurite, startAzurite } from './embedded-azurite.ts';
import { writePhantom } from './write-phantom.ts';

export interface DemoOptions extends ConfigOptions {
  /** Real raw data and their clinical table; without them a synthetic cohort is made. */
  readonly raw?: string | undefined;
  readonly clinical?: string | undefined;
  readonly patients: number;
  readonly out: string;
  readonly workers: number;
  readonly say: (line: string) => void;
  readonly onEvent: (event: RunEvent) => void;
}

export interface DemoResult extends PreprocessResult {
  /** Undefined where the pipeline did not come to its end. */
  readonly cohort: CohortResult | undefined;
  readonly exitCode: number;
}

/** What the demo leaves in its output folder, and clears there when it begins. */
const OUTPUTS = ['artifacts', 'roi'];

/** The emulator holds everything in memory; more than this belongs into `swinprep preprocess`. */
const MOST_UPLOAD_BYTES = 2 * 2 ** 30;

async function copyStore(
  from: string,
  to: string,
  mostBytes: number,
): Promise<{ files: number; bytes: number }> {
  const source = await openStore(from);
  const target = await openStore(to);
  let files = 0;
  let bytes = 0;
  for await (const entry of source.list()) {
    files++;
    bytes += entry.bytes;
    if (bytes > mostBytes) {
      throw new UsageError(
        `${source.uri}: holds more than the demo takes into memory (${mostBytes / 2 ** 30} GiB); use "swinprep preprocess" for it`,
      );
    }
    const content = await source.read(entry.key);
    if (content !== undefined) await target.write(entry.key, content);
  }
  return { files, bytes };
}

async function upload(azurite: Azurite, options: DemoOptions): Promise<{ raw: string; clinical: string }> {
  const { raw, clinical, say } = options;
  const container = `${azurite.url}/demo`;
  const started = performance.now();
  let sent: { files: number; bytes: number };
  if (raw === undefined) {
    say(`making a synthetic cohort of ${options.patients} patients`);
    sent = await writePhantom(container, { patients: options.patients });
  } else {
    if (clinical === undefined)
      throw new UsageError('--raw needs --clinical: the CSV with the patients and their stages');
    sent = await copyStore(raw, `${container}/raw`, MOST_UPLOAD_BYTES);
    await (await openStore(container)).write('clinical.csv', await readObject(clinical));
  }
  const seconds = (performance.now() - started) / 1000;
  say(
    `uploaded ${sent.files} files, ${(sent.bytes / 1e6).toFixed(0)} MB, to Azurite in ${seconds.toFixed(1)} s`,
  );
  return { raw: `${container}/raw`, clinical: `${container}/clinical.csv` };
}

/** Runs the default pipeline on an Azurite inside this process and brings the result into a folder. */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const { out, say } = options;
  await Promise.all(OUTPUTS.map((name) => rm(join(out, name), { recursive: true, force: true })));
  const azurite = await startAzurite();
  say(`Azurite is listening at ${azurite.url}`);
  try {
    const { raw, clinical } = await upload(azurite, options);
    const result = await preprocess({
      ...options,
      raw,
      clinical,
      out: `${azurite.url}/demo/out`,
      artifacts: join(out, 'artifacts'),
    });
    if (result.run.state !== 'Completed')
      return { ...result, cohort: undefined, exitCode: exitCodeOf(result.run) };
    await copyStore(result.roi, join(out, 'roi'), Number.POSITIVE_INFINITY);
    const cohort = await readCohortResult(result.manifest);
    const sheet = 'contact_sheet.png';
    await (await openStore(out)).write(sheet, await readObject(join(result.manifest, sheet)));
    return { ...result, cohort, exitCode: exitCodeOf(result.run) };
  } finally {
    await azurite.close();
  }
}
