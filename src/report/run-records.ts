import { UsageError } from '../errors.ts';
import { decodeJson } from '../records/json.ts';
import {
  FAILURES_FILE,
  failuresSchema,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
} from '../records/manifest.ts';
import { ROI_CHANGES_FILE, roiChangesSchema } from '../records/roi-changes.ts';
import { MAP_BACK_FILE, type MapBackRecord, mapBackSchema } from '../records/way-back/mapped.ts';
import { readArtifact } from '../runner/artifact.ts';
import { displayUri, fileOrBelow } from '../storage/location.ts';
import { locateObject } from '../storage/open.ts';
import type { PageData } from './page-data.ts';

/** The records of a run that the page shows. */
export type RunRecords = Pick<PageData, 'manifest' | 'failures' | 'roi_changes' | 'map_back'>;

/**
 * Reads what pass2-write left in the folder of its manifest, and what map-back left of predictions.
 *
 * @param mapBack a `map_back.json`, or where it lies
 * @throws UsageError where one of them is absent, is of another version, or, of map-back, of other patients
 */
export async function readRun(folder: string, mapBack: string | undefined): Promise<RunRecords> {
  const writtenBy = 'pass2-write';
  const manifest = await readArtifact(folder, MANIFEST_FILE, manifestSchema, writtenBy);
  return {
    manifest,
    failures: await readArtifact(folder, FAILURES_FILE, failuresSchema, writtenBy),
    roi_changes: await readArtifact(folder, ROI_CHANGES_FILE, roiChangesSchema, writtenBy),
    map_back: mapBack === undefined ? null : await readMapBack(mapBack, manifest),
  };
}

async function readMapBack(given: string, manifest: Manifest): Promise<MapBackRecord> {
  const uri = fileOrBelow(given, MAP_BACK_FILE);
  const { store, key } = await locateObject(uri);
  const bytes = await store.read(key);
  if (bytes === undefined)
    throw new UsageError(
      `${displayUri(uri)}: is not there; give with --map-back the --out of map-back, or its ${MAP_BACK_FILE}`,
    );
  const mapped = decodeJson(displayUri(uri), bytes, mapBackSchema);
  const known = new Set(manifest.outputs.map(({ patient_id }) => patient_id));
  if (mapped.patients.length > 0 && !mapped.patients.some(({ patient_id }) => known.has(patient_id)))
    throw new UsageError(`${displayUri(uri)}: is of none of the patients in the manifest`);
  return mapped;
}
