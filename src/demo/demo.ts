import { rm } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { exitCodeOf, type RunEvent } from '../azureml/local/local-run.ts';
import type { ConfigOptions } from '../config/read-config.ts';
import { type CohortResult, readCohortResult } from '../default-pipeline/cohort-result.ts';
import { type PreprocessResult, preprocess } from '../default-pipeline/preprocess.ts';
import { UsageError } from '../errors.ts';
import { displayUri, parseLocation } from '../storage/location.ts';
import { openStore, readObject } from '../storage/open.ts';
import { type DemoPlace, openDemoPlace, STORES } from './demo-place.ts';
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
  /** Takes a line for standard error. */
  readonly tell: (line: string) => void;
}

export interface DemoResult extends PreprocessResult {
  /** Undefined where the pipeline did not come to its end. */
  readonly cohort: CohortResult | undefined;
  readonly exitCode: number;
}

/** What the demo makes in its output folder, and clears there when it begins. */
const OUTPUTS = ['artifacts', 'roi', STORES];

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

/** Brings raw data and clinical table to the place of the demo, or makes them there. */
async function provide(
  { uri, isBlob }: DemoPlace,
  options: DemoOptions,
): Promise<{ raw: string; clinical: string }> {
  const { raw, clinical, say } = options;
  const started = performance.now();
  let sent: { files: number; bytes: number };
  if (raw === undefined) {
    say(`making a synthetic cohort of ${options.patients} patients`);
    sent = await writePhantom(uri, { patients: options.patients });
  } else {
    if (clinical === undefined)
      throw new UsageError('--raw needs --clinical: the CSV with the patients and their stages');
    if (!isBlob) return { raw, clinical };
    sent = await copyStore(raw, `${uri}/raw`, MOST_UPLOAD_BYTES);
    await (await openStore(uri)).write('clinical.csv', await readObject(clinical));
  }
  const seconds = (performance.now() - started) / 1000;
  say(
    `${isBlob ? 'uploaded' : 'wrote'} ${sent.files} files, ${(sent.bytes / 1e6).toFixed(0)} MB${isBlob ? ', to Azurite' : ''} in ${seconds.toFixed(1)} s`,
  );
  return { raw: `${uri}/raw`, clinical: `${uri}/clinical.csv` };
}

/** Throws a UsageError where what is given lies in what is cleared. */
function assertApart({ out, raw, clinical }: DemoOptions): void {
  const given = { '--raw': raw, '--clinical': clinical };
  for (const [option, uri] of Object.entries(given)) {
    const location = uri === undefined ? undefined : parseLocation(uri);
    if (location?.kind !== 'folder') continue;
    for (const name of OUTPUTS) {
      const way = relative(resolve(out, name), resolve(location.path));
      if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
        throw new UsageError(
          `${option} ${displayUri(uri!)}: lies in ${join(out, name)}, which the demo replaces; give another --out`,
        );
    }
  }
}

/** Runs the default pipeline on an Azurite inside this process, or over folders, and brings the result into a folder. */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const { out, say } = options;
  assertApart(options);
  await Promise.all(OUTPUTS.map((name) => rm(join(out, name), { recursive: true, force: true })));
  const place = await openDemoPlace(out);
  say(place.told);
  try {
    const { raw, clinical } = await provide(place, options);
    const result = await preprocess({
      ...options,
      raw,
      clinical,
      out: `${place.uri}/out`,
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
    await place.close();
  }
}
