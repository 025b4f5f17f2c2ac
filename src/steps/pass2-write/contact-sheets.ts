import { contactSheet, type SheetTile } from '../../picture/contact-sheet.ts';
import type { Manifest } from '../../records/manifest.ts';
import { inFlight } from '../../storage/in-flight.ts';
import type { ReadableStore } from '../../storage/store.ts';

/** Overlays on one sheet: all tiles of a sheet are in memory at once. */
const TILES_PER_SHEET = 60;

/** File name of the nth sheet, from 1. */
function sheetName(n: number): string {
  return n === 1 ? 'contact_sheet.png' : `contact_sheet_${n}.png`;
}

/** Contact sheets of every overlay that the manifest lists, one sheet at a time. */
export async function* cohortSheets(
  store: ReadableStore,
  manifest: Manifest,
): AsyncGenerator<{ name: string; png: Uint8Array }> {
  const pictured = manifest.outputs.filter((output) => output.paths.qc_overlay_mid !== undefined);
  for (let from = 0, n = 1; from < pictured.length; from += TILES_PER_SHEET, n++) {
    const found = await inFlight(
      pictured.slice(from, from + TILES_PER_SHEET),
      async (output): Promise<SheetTile[]> => {
        const png = await store.read(output.paths.qc_overlay_mid);
        if (png === undefined) return [];
        const caption = [
          output.patient_id,
          `${output.stage === '' ? 'no stage' : `stage ${output.stage}`}  ${output.split}  ${output.tumor_volume_ml.toFixed(1)} ml`,
        ];
        if (output.flags.length > 0) caption.push(output.flags.map((flag) => flag.code).join(', '));
        return [{ png, caption }];
      },
    );
    yield { name: sheetName(n), png: contactSheet(found.flat()) };
  }
}
