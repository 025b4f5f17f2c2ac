import { UsageError } from '../errors.ts';
import type { Manifest } from '../records/manifest.ts';
import { displayUri, joinUri } from '../storage/location.ts';
import { locateObject, openStore } from '../storage/open.ts';
import { fromOverlays, withOverlay } from './overlays.ts';
import { REPORT_FILE, reportPage } from './page.ts';
import { PictureSheets } from './pictures.ts';
import { readRun } from './run-records.ts';

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
  const run = await readRun(folder, mapBack);
  const { manifest, map_back } = run;
  const sheets = await picturesOf(manifest, roi);
  const pictures = sheets.close();
  const page = out === undefined ? joinUri(folder, REPORT_FILE) : joinUri(out, 'index.html');
  const { store, key } = await locateObject(page);
  await store.write(key, reportPage({ ...run, pictures, review: null }, sheets.sheets));
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
