import { contactSheet, DEFAULT_TILE_WIDTH, type SheetTile } from '../../picture/contact-sheet.ts';
import { shrinkToWidth } from '../../picture/shrink.ts';
import type { Manifest, ManifestOutput } from '../../records/manifest.ts';
import { fromOverlays, withOverlay } from '../../report/overlays.ts';
import type { PictureSheets } from '../../report/pictures.ts';
import type { ReadableStore } from '../../storage/store.ts';

/** Overlays on one sheet: all tiles of a sheet are in memory at once. */
const TILES_PER_SHEET = 60;

/** File name of the nth sheet, from 1. */
function sheetName(n: number): string {
  return n === 1 ? 'contact_sheet.png' : `contact_sheet_${n}.png`;
}

function captionOf({
  patient_id,
  stage,
  split,
  tumor_volume_ml,
  flags,
}: ManifestOutput): SheetTile['caption'] {
  return [
    patient_id,
    `${stage === '' ? 'no stage' : `stage ${stage}`}  ${split}  ${tumor_volume_ml.toFixed(1)} ml`,
    ...(flags.length > 0 ? [flags.map((flag) => flag.code).join(', ')] : []),
  ];
}

/**
 * Contact sheets of every overlay that the manifest lists, one sheet at a time. The overlays are read once: `pictures` gets
 * those of the report.
 */
export async function* cohortSheets(
  store: ReadableStore,
  manifest: Manifest,
  pictures: PictureSheets,
): AsyncGenerator<{ name: string; png: Uint8Array }> {
  const pictured = withOverlay(manifest);
  for (let from = 0, n = 1; from < pictured.length; from += TILES_PER_SHEET, n++) {
    const some = pictured.slice(from, from + TILES_PER_SHEET);
    const found = await fromOverlays(store, some, (output, overlay) => ({
      patientId: output.patient_id,
      picture: pictures.tile(overlay, output.final_roi_size_mm),
      onSheet: { picture: shrinkToWidth(overlay, DEFAULT_TILE_WIDTH), caption: captionOf(output) },
    }));
    for (const { patientId, picture } of found) pictures.add(patientId, picture);
    yield { name: sheetName(n), png: contactSheet(found.map(({ onSheet }) => onSheet)) };
  }
}
