import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinUri, parseLocation } from '../storage/location.ts';

/** The default pipeline, as it is submitted to Azure ML. */
export const DEFAULT_PIPELINE = fileURLToPath(new URL('../../pipelines/preprocess.yml', import.meta.url));

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
