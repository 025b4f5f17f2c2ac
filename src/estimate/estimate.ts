import { readConfig } from '../config/read-config.ts';
import { UsageError } from '../errors.ts';
import { findPatients } from '../raw/cohort/patients.ts';
import { patientInputs } from '../raw/patient/patient-inputs.ts';
import type { Report } from '../runner/report.ts';
import { inFlight } from '../storage/in-flight.ts';
import { displayUri } from '../storage/location.ts';
import { openStore, readObject, STORES } from '../storage/open.ts';
import { type ComputeComparison, compareComputes } from './compared-computes.ts';
import { measuredCoreMinutes } from './measured-run.ts';
import type { RunPlan } from './node-use.ts';
import { areCompared, type Prices, parsePrices } from './prices.ts';
import { type BlobSizes, type PatientBlobs, sizesOf } from './request-pattern.ts';
import { estimateRun, GB, type RunEstimate, scaledUp } from './run-cost.ts';

export interface EstimateOptions extends Omit<RunPlan, 'coreMinutes' | 'serverlessStartMinutes'> {
  readonly raw: string;
  /** YAML file with the configuration of the run, as far as it says how patients are found and named. */
  readonly config?: string | undefined;
  /** YAML file with the prices: a path or URI. */
  readonly prices: string;
  /** Minutes until a serverless node works; those of a cluster's node where nothing is told. */
  readonly serverlessStartMinutes?: number | undefined;
  /** How much work it is, by one of three: core minutes a patient, core seconds a GB of raw data, a run's profiles. */
  readonly coreMinutes?: number | undefined;
  readonly coreSecondsPerGb?: number | undefined;
  /** Below which a run has left `profile.json`: a path or URI. */
  readonly measured?: string | undefined;
  /** Where a run over some or all of these patients has left its volumes: what is stored is taken from there. */
  readonly interim?: string | undefined;
  readonly roi?: string | undefined;
  /** Or how many bytes are stored for each byte of raw data. */
  readonly interimRatio?: number | undefined;
  readonly roiRatio?: number | undefined;
  readonly report: Report;
}

export interface CohortFacts {
  readonly raw: string;
  readonly patients: number;
  readonly rawBlobs: number;
  readonly coreMinutesPerPatient: number;
  /** Patients whose volumes the sizes come from; undefined where the ratios were given. */
  readonly sampledPatients: number | undefined;
}

/** Of one compute, or of several where `coreHour` has a price for each. */
export type CohortEstimate = CohortFacts & (RunEstimate | ComputeComparison);

/** Volumes and records that a run leaves of a patient; the large ones, of about one size, hold nearly all bytes. */
const TYPICAL = {
  interim: { large: ['ct.nii.gz'], small: ['tumor.nii.gz', 'case.json', 'pass1.json'] },
  roi: {
    large: ['ct_hu_resampled_ras.nii.gz', 'ct_roi_hu.nii.gz', 'ct_roi_norm.nii.gz'],
    small: ['tumor_roi.nii.gz', 'qc_overlay_mid.png', 'meta.json', 'transforms.json'],
  },
} as const;

/** What a first run over a cohort takes and costs, from listings, and headers as far as they tell the patients. */
export async function estimate(options: EstimateOptions): Promise<CohortEstimate> {
  assertComplete(options);
  const file = displayUri(options.prices);
  const prices = parsePrices(file, new TextDecoder().decode(await readObject(options.prices)));
  assertUsed(options, file, prices);
  const { patients, headers } = await rawPatients(options);
  const raw = sizesOf(patients.values());
  const sample = await sampled(options, patients, raw);
  const coreMinutes = await coreMinutesOf(options, raw);
  const sizes = { raw, interim: sample.interim, roi: sample.roi, headers };
  const { startMinutes, serverlessStartMinutes = startMinutes } = options;
  const plan = { ...options, coreMinutes, serverlessStartMinutes };
  return {
    raw: displayUri(options.raw),
    patients: raw.patients,
    rawBlobs: raw.blobs,
    coreMinutesPerPatient: coreMinutes / raw.patients,
    sampledPatients: sample.patients,
    ...(areCompared(prices) ? compareComputes(sizes, plan, prices) : estimateRun(sizes, plan, prices)),
  };
}

function assertUsed({ serverlessStartMinutes }: EstimateOptions, file: string, prices: Prices): void {
  if (serverlessStartMinutes === undefined) return;
  if (areCompared(prices) && prices.coreHour.serverlessSpot !== undefined) return;
  throw new UsageError(`--serverless-start-minutes: ${file} has no price coreHour.serverlessSpot`);
}

/** Of all patients together. */
async function coreMinutesOf(
  { coreMinutes, coreSecondsPerGb, measured }: EstimateOptions,
  { patients, bytes }: BlobSizes,
): Promise<number> {
  if (coreSecondsPerGb !== undefined) return ((bytes / GB) * coreSecondsPerGb) / 60;
  return patients * (coreMinutes ?? (await measuredCoreMinutes(measured!)));
}

function assertComplete(options: EstimateOptions): void {
  const { interim, roi, interimRatio, roiRatio, coreMinutes, coreSecondsPerGb, measured } = options;
  if ([coreMinutes, coreSecondsPerGb, measured].filter((given) => given !== undefined).length !== 1)
    throw new UsageError(
      'give one of --measured (the artifacts of a run with --profile), --core-minutes (of a patient) and --core-seconds-per-gb (of raw data)',
    );
  const stores = [interim, roi].filter((given) => given !== undefined).length;
  const ratios = [interimRatio, roiRatio].filter((given) => given !== undefined).length;
  if (!((stores === 2 && ratios === 0) || (stores === 0 && ratios === 2)))
    throw new UsageError(
      'give both --interim and --roi of a run over some of the patients, or both --interim-ratio and --roi-ratio',
    );
}

interface RawPatients {
  readonly patients: ReadonlyMap<string, PatientBlobs>;
  /** Headers by which they were found. */
  readonly headers: number;
}

/** The patients of the raw data by name, with their blobs as a listing tells them. */
async function rawPatients({ raw, config: file, report }: EstimateOptions): Promise<RawPatients> {
  const config = await readConfig({ preset: 'lung1', config: file });
  const { patients, headersRead } = await findPatients({ raw, config, report });
  const found = [...patients];
  const blobs = new Map(
    await inFlight(found, async ([name, patient]): Promise<[string, PatientBlobs]> => {
      const { listed } = await patientInputs(patient, undefined, config.mask, STORES);
      const files = listed.map((entry) => ({
        key: String(entry[0]),
        bytes: entry.find((value) => typeof value === 'number') ?? 0,
      }));
      const folder = patient.source.kind === 'child' && patient.source.child.kind === 'folder';
      return [name, { folder, blobs: files }];
    }),
  );
  return { patients: blobs, headers: headersRead };
}

interface Outputs {
  readonly interim: BlobSizes;
  readonly roi: BlobSizes;
  /** How many patients were looked at; undefined for none. */
  readonly patients: number | undefined;
}

async function sampled(
  { interim, roi, interimRatio, roiRatio }: EstimateOptions,
  patients: ReadonlyMap<string, PatientBlobs>,
  raw: BlobSizes,
): Promise<Outputs> {
  if (interim === undefined || roi === undefined)
    return {
      interim: byRatio(TYPICAL.interim, raw, interimRatio!),
      roi: byRatio(TYPICAL.roi, raw, roiRatio!),
      patients: undefined,
    };
  const [ofInterim, ofRoi] = [await storedPatients(interim), await storedPatients(roi)];
  return {
    interim: scaled(ofInterim, patients, raw),
    roi: scaled(ofRoi, patients, raw),
    patients: ofInterim.size,
  };
}

/** Every patient with the same bytes. */
function byRatio(
  { large, small }: (typeof TYPICAL)['interim' | 'roi'],
  raw: BlobSizes,
  ratio: number,
): BlobSizes {
  const bytes = (raw.bytes * ratio) / (raw.patients * large.length);
  const blobs = [...large.map((key) => ({ key, bytes })), ...small.map((key) => ({ key, bytes: 0 }))];
  const patient: PatientBlobs = { folder: true, blobs };
  return sizesOf(Array.from({ length: raw.patients }, () => patient));
}

/** By raw bytes where the raw data of all sampled patients are known, else by patients (names may be HMAC). */
function scaled(
  sample: ReadonlyMap<string, PatientBlobs>,
  patients: ReadonlyMap<string, PatientBlobs>,
  raw: BlobSizes,
): BlobSizes {
  const sizes = sizesOf(sample.values());
  const known = [...sample.keys()].flatMap((name) => patients.get(name) ?? []);
  const byBytes =
    known.length === sample.size ? raw.bytes / sizesOf(known).bytes : raw.patients / sample.size;
  return scaledUp(sizes, raw.patients, byBytes);
}

/** The folders of a store of volumes by patient; files beside them are of no patient. */
async function storedPatients(uri: string): Promise<Map<string, PatientBlobs>> {
  const found = new Map<string, { folder: true; blobs: { key: string; bytes: number }[] }>();
  for await (const { key, bytes } of (await openStore(uri)).list()) {
    const slash = key.indexOf('/');
    // No patient's name begins with a dot.
    if (slash < 0 || key.startsWith('.')) continue;
    const name = key.slice(0, slash);
    const patient = found.get(name) ?? { folder: true, blobs: [] };
    patient.blobs.push({ key, bytes });
    found.set(name, patient);
  }
  if (found.size === 0)
    throw new UsageError(`${displayUri(uri)}: holds no patient; run pipelines/smoke.yml into it first`);
  return found;
}
