import { type Canvas, decodePng } from '../picture/canvas.ts';
import type { Manifest, ManifestOutput } from '../records/manifest.ts';
import { inFlight } from '../storage/in-flight.ts';
import type { ReadableStore } from '../storage/store.ts';

/** Those of whom the manifest lists an overlay. */
export const withOverlay = ({ outputs }: Manifest): readonly ManifestOutput[] =>
  outputs.filter(({ paths }) => paths.qc_overlay_mid !== undefined);

/**
 * What `use` makes of the overlays of some patients, in their order; those whose overlay does not lie there are left out.
 * An overlay is decoded only for `use`: what that returns is all that is held.
 *
 * @throws UsageError naming the file where it is no PNG
 */
export async function fromOverlays<T>(
  store: ReadableStore,
  outputs: readonly ManifestOutput[],
  use: (output: ManifestOutput, overlay: Canvas) => T,
): Promise<T[]> {
  const made = await inFlight(outputs, async (output): Promise<T[]> => {
    const key = output.paths.qc_overlay_mid;
    const png = await store.read(key);
    return png === undefined ? [] : [use(output, decodePng(png, `${store.uri}/${key}`))];
  });
  return made.flat();
}
