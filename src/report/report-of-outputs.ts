import { UsageError } from '../errors.ts';
import { decodeJson } from '../records/json.ts';
import {
  FAILURES_FILE,
  failuresSchema,
  MANIFEST_FILE,
  type Manifest,
  manifestSchema,
} from '../records/manifest.ts';
import { MAP_BACK_FILE, type MapBackRecord, mapBackSchema } from '../records/mapped.ts';
import { ROI_CHANGES_FILE, roiChangesSchema } from '../records/roi-changes.ts';
import { readArtifact } from '../runner/artifact.ts';
import { displayUri, joinUri } from '../storage/location.ts';
import { locateObject, openStore } from '../storage/open.ts';
import { fromOverlays, withOverlay } from './overlays.ts';
import { REPORT_FILE, reportPage } from './page.ts';
import { PictureSheets } from './pictures.ts';

export interface ReportOptions {
  /** Folder of `manifest.json`. */
  readonly manifest: string;
  /** Where the ROIs lie, with the overlays that become pictures. */
  readonly roi: string;
  /** A `map_back.json`, or where it lies. */
  readonly mapBack?: string | undefined;
  /** Folder for `index.html`; by default `report` beside the manifest. */
  readonly out?: string | undefined;
}

export interface WrittenReport {
  /** URI of the page. */
  readonly page: string;
  readonly patients: number;
  readonly pictures: number;
  /** Predictions that were held against a mask. */
  readonly compared: number;
}

/** Overlays read and decoded between two looks at what was made of them. */
const AT_ONCE = 64;

/**
 * Writes the report of outputs that are there.
 *
 * @throws UsageError where a file of the run is absent, or is of another version, and where no overlay of the manifest lies
 *   below `roi`
 */
export async function writeReport({
  manifest: folder,
  roi,
  mapBack,
  out,
}: ReportOptions): Promise<WrittenReport> {
  const writtenBy = 'pass2-write';
  const manifest = await readArtifact(folder, MANIFEST_FILE, manifestSchema, writtenBy);
  const failures = await readArtifact(folder, FAILURES_FILE, failuresSchema, writtenBy);
  const roi_changes = await readArtifact(folder, ROI_CHANGES_FILE, roiChangesSchema, writtenBy);
  const map_back = mapBack === undefined ? null : await readMapBack(mapBack, manifest);
  const sheets = await picturesOf(manifest, roi);
  const pictures = sheets.close();
  const page = out === undefined ? joinUri(folder, REPORT_FILE) : joinUri(out, 'index.html');
  const { store, key } = await locateObject(page);
  const data = { manifest, failures, roi_changes, map_back, pictures, review: null };
  await store.write(key, reportPage(data, sheets.sheets));
  return {
    page,
    patients: manifest.outputs.length,
    pictures: pictures?.patients.length ?? 0,
    compared: map_back?.patients.filter((one) => one.state === 'ok' && one.compared !== null).length ?? 0,
  };
}

async function picturesOf(manifest: Manifest, roi: string): Promise<PictureSheets> {
  const store = await openStore(roi);
  const pictured = withOverlay(manifest);
  const sheets = await PictureSheets.for(pictured.length);
  let found = 0;
  for (let from = 0; from < pictured.length; from += AT_ONCE) {
    const tiles = await fromOverlays(store, pictured.slice(from, from + AT_ONCE), (output, overlay) => ({
      patientId: output.patient_id,
      tile: sheets.tile(overlay, output.final_roi_size_mm),
    }));
    for (const { patientId, tile } of tiles) sheets.add(patientId, tile);
    found += tiles.length;
  }
  if (pictured.length > 0 && found === 0)
    throw new UsageError(
      `${displayUri(roi)}: holds no ${pictured[0].paths.qc_overlay_mid}, nor that of another patient of the manifest; give with --roi where pass2-write wrote the ROIs`,
    );
  return sheets;
}

async function readMapBack(given: string, manifest: Manifest): Promise<MapBackRecord> {
  const uri = /\.json$/i.test(displayUri(given)) ? given : joinUri(given, MAP_BACK_FILE);
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
