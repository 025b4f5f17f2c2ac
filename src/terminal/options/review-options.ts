import { count, URI_FORMS } from './shared-options.ts';

const place = (description: string) => ({ type: 'string', requiresArg: true, description }) as const;

export const reviewOptions = {
  roi: place(`Where pass2-write wrote the ROIs: ${URI_FORMS} (default: OUTPUTS/roi)`),
  interim: place('Where convert wrote the volumes (default: OUTPUTS/interim)'),
  manifest: place('Folder of the manifest.json artifact (default: OUTPUTS/artifacts/pass2_write/manifest)'),
  'map-back': place('The --out of map-back --compare, or its map_back.json, for the report'),
  review: place(
    'The review.csv that holds the decisions, or its folder (default: OUTPUTS/review.csv, else ./review.csv)',
  ),
  reviewer: place("Who decides; may be changed in the page (default: the name of this system's user)"),
  port: { ...count('Port to listen on, of 127.0.0.1; 0: a free one'), default: 0 },
} as const;
