import { join } from 'node:path';
import { joinUri, parseLocation } from '../storage/location.ts';

/** Where the default pipeline leaves what it makes. */
export interface OutputPlaces {
  readonly interim: string;
  readonly roi: string;
  readonly artifacts: string;
  /** Folder of `manifest.json`. */
  readonly manifest: string;
}

/** The places of `preprocess --out OUT`; `artifacts`: where they are elsewhere than it puts them by itself. */
export function outputPlaces(out: string, artifacts = artifactsOf(out)): OutputPlaces {
  return {
    interim: joinUri(out, 'interim'),
    roi: joinUri(out, 'roi'),
    artifacts,
    manifest: join(artifacts, 'pass2_write', 'manifest'),
  };
}

function artifactsOf(out: string): string {
  const location = parseLocation(out);
  return location.kind === 'folder' ? join(location.path, 'artifacts') : 'swinprep-artifacts';
}
