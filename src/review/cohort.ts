import { counted } from '../counted.ts';
import { UsageError } from '../errors.ts';
import { CASE_FILE, CT_FILE, caseSchema, TUMOR_FILE } from '../records/case.ts';
import { byPatient } from '../records/cases.ts';
import { decodeJson } from '../records/json.ts';
import type { Failures, ManifestOutput } from '../records/manifest.ts';
import { META_FILE, ROI_FILES, roiSchema } from '../records/roi.ts';
import { type RunRecords, readRun } from '../report/run-records.ts';
import { inFlight } from '../storage/in-flight.ts';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';
import type { ReviewPatient, VolumeSource } from './api.ts';

/** Where the outputs of a run lie: URIs, of `manifest` that of its folder. */
export interface CohortPlaces {
  readonly roi: string;
  readonly interim: string;
  readonly manifest: string;
  /** A `map_back.json`, or where it lies. */
  readonly mapBack?: string | undefined;
}

/** An object that may be handed out. */
export interface Place {
  readonly store: Store;
  readonly key: string;
}

interface Known {
  readonly output: ManifestOutput | null;
  readonly failure: Failures[number] | null;
  /** HU of a value of the ROI to look at. */
  readonly scale: Pick<VolumeSource, 'slope' | 'intercept'>;
  /** Of the interim mask, by `case.json`; null where there is none. */
  mask: string | null;
}

const HU: Known['scale'] = { slope: 1, intercept: 0 };

/** The patients of a run, and what may be looked at of them. Nothing else of the stores is reachable from here. */
export class ReviewCohort {
  readonly run: RunRecords;
  readonly #roi: Store;
  readonly #interim: Store;
  readonly #patients = new Map<string, Known>();

  private constructor(run: RunRecords, roi: Store, interim: Store) {
    this.run = run;
    this.#roi = roi;
    this.#interim = interim;
  }

  /**
   * Throws a UsageError where an artifact or a record is not there or of another version, or where nothing of the run lies at one of the
   * places; a StorageError where it cannot be read.
   */
  static async read({ roi, interim, manifest, mapBack }: CohortPlaces): Promise<ReviewCohort> {
    const run = await readRun(manifest, mapBack);
    const cohort = new ReviewCohort(run, await openStore(roi), await openStore(interim));
    await cohort.#readPatients();
    await cohort.#refuseElsewhere();
    return cohort;
  }

  get ids(): string[] {
    return [...this.#patients.keys()];
  }

  has(patientId: string): boolean {
    return this.#patients.has(patientId);
  }

  /** Patients whose mask is another one by now than the one that the ROI was made of. */
  get outdated(): number {
    return [...this.#patients.values()].filter(isOutdated).length;
  }

  /** What there is of a patient of the cohort, beside the decision. */
  patient(patientId: string): Omit<ReviewPatient, 'decision'> {
    const known = this.#patients.get(patientId)!;
    const { output, failure, mask } = known;
    const folder = encodeURIComponent(patientId);
    const image = output && roiImage(output);
    const outdated = isOutdated(known);
    return {
      patient_id: patientId,
      output,
      failure,
      mask_sha256: mask,
      roi_outdated: outdated,
      roi:
        image === null || outdated
          ? null
          : {
              image: `volumes/roi/${folder}/${image}`,
              mask: `volumes/roi/${folder}/${ROI_FILES.tumor_roi}`,
              ...known.scale,
            },
      ct:
        mask === null
          ? null
          : {
              image: `volumes/interim/${folder}/${CT_FILE}`,
              mask: `volumes/interim/${folder}/${TUMOR_FILE}`,
              ...HU,
            },
    };
  }

  /** A volume by what its URL names, where it is one of those that `patient` gives URLs of; `store`: `roi` or `interim`. */
  volume(store: string, patientId: string, file: string): Place | undefined {
    const known = this.#patients.get(patientId);
    if (store === 'interim' && known !== undefined && known.mask !== null)
      return placeOf(this.#interim, patientId, file, [CT_FILE, TUMOR_FILE]);
    const image = known?.output && roiImage(known.output);
    if (store === 'roi' && image) return placeOf(this.#roi, patientId, file, [image, ROI_FILES.tumor_roi]);
    return undefined;
  }

  picture(patientId: string): Place | undefined {
    const output = this.#patients.get(patientId)?.output;
    if (output?.paths.qc_overlay_mid === undefined) return undefined;
    return { store: this.#roi, key: `${output.patient_id}/${ROI_FILES.qc_overlay_mid}` };
  }

  /** SHA-256 of the interim mask as `case.json` has it now. */
  async maskNow(patientId: string): Promise<string | null> {
    const mask = await maskOf(this.#interim, patientId);
    this.#patients.get(patientId)!.mask = mask;
    return mask;
  }

  async #readPatients(): Promise<void> {
    const patients = [
      ...this.run.manifest.outputs.map((output) => ({
        patient_id: output.patient_id,
        output,
        failure: null,
      })),
      ...this.run.failures.map((failure) => ({ patient_id: failure.patient_id, output: null, failure })),
    ].sort(byPatient);
    const known = await inFlight(patients, async ({ patient_id, output, failure }): Promise<Known> => {
      const mask = await maskOf(this.#interim, patient_id);
      return { output, failure, mask, scale: await scaleOf(this.#roi, output) };
    });
    for (const [i, { patient_id }] of patients.entries()) this.#patients.set(patient_id, known[i]);
  }

  /** A mistyped place would be a review of nothing. */
  async #refuseElsewhere(): Promise<void> {
    const { outputs } = this.run.manifest;
    if (outputs.length === 0) return;
    const refuse = (store: Store, what: string, folder: string): never => {
      throw new UsageError(
        `${store.uri}: holds the ${what} of none of the ${counted(outputs.length, 'patient')} with an ROI; give the folder ${folder} of that run`,
      );
    };
    if (outputs.every(({ patient_id }) => this.#patients.get(patient_id)?.mask === null))
      refuse(this.#interim, 'mask', 'interim');
    const shown = outputs.filter((output) => roiImage(output) !== null);
    for (const { patient_id } of shown)
      if ((await this.#roi.stat(`${patient_id}/${ROI_FILES.tumor_roi}`)) !== undefined) return;
    if (shown.length > 0) refuse(this.#roi, 'ROI', 'roi');
  }
}

const isOutdated = ({ output, mask }: Known): boolean =>
  output !== null && mask !== null && mask !== output.mask_sha256;

/** The file of the ROI to look at: in HU where that is written; null where nothing is. */
function roiImage({ paths }: ManifestOutput): string | null {
  if (paths.tumor_roi === undefined) return null;
  if (paths.ct_roi_hu !== undefined) return ROI_FILES.ct_roi_hu;
  return paths.ct_roi_norm === undefined ? null : ROI_FILES.ct_roi_norm;
}

function placeOf(
  store: Store,
  patientId: string,
  file: string,
  allowed: readonly string[],
): Place | undefined {
  const name = allowed.find((known) => known === file);
  return name === undefined ? undefined : { store, key: `${patientId}/${name}` };
}

async function maskOf(interim: Store, patientId: string): Promise<string | null> {
  const key = `${patientId}/${CASE_FILE}`;
  const bytes = await interim.read(key);
  if (bytes === undefined) return null;
  const record = decodeJson(`${interim.uri}/${key}`, bytes, caseSchema);
  return record.state === 'ok' ? record.tumor.sha256 : null;
}

/** The z-score of a patient turned back, whether its constants were the cohort's or its own. */
async function scaleOf(roi: Store, output: ManifestOutput | null): Promise<Known['scale']> {
  if (output === null || roiImage(output) !== ROI_FILES.ct_roi_norm) return HU;
  const key = `${output.patient_id}/${META_FILE}`;
  const bytes = await roi.read(key);
  const meta = bytes && decodeJson(`${roi.uri}/${key}`, bytes, roiSchema);
  return meta?.state === 'ok' ? { slope: meta.norm_sigma, intercept: meta.norm_mu } : HU;
}
