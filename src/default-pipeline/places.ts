import { join } from 'node:path';
import { joinUri, parseLocation } from '../storage/location.ts';

/** Where a run of the default pipeline leaves what it makes. */
export interface RunPlaces {
  readonly interim: string;
  readonly roi: string;
  /** Local folder: JOB/OUTPUT/ below it. */
  readonly artifacts: string;
  /** Folder of `manifest.json`. */
  readonly manifest: string;
}

/**
 * The places of a run by its output.
 *
 * @param out a folder or blob prefix
 * @param artifacts where they are not below `out`
 */
export function placesOf(out: string, artifacts?: string): RunPlaces {
  const location = parseLocation(out);
  const folder =
    artifacts ?? (location.kind === 'folder' ? join(location.path, 'artifacts') : 'swinprep-artifacts');
  return {
    interim: joinUri(out, 'interim'),
    roi: joinUri(out, 'roi'),
    artifacts: folder,
    manifest: join(folder, 'pass2_write', 'manifest'),
  };
}
