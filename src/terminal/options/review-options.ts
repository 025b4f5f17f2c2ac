import { count, URI_FORMS } from './shared-options.ts';

const place = (description: string) => ({ type: 'string', requiresArg: true, description }) as const;

export const reviewOptions = {
  roi: place(`Where pass2-write wrote the ROIs: ${URI_FORMS} (default: OUT/roi)`),
  interim: place('Where convert wrote the volumes (default: OUT/interim)'),
  manifest: place('Folder of the manifest.json artifact (default: OUT/artifacts/pass2_write/manifest)'),
  review: place(
    'The review.csv that holds the decisions (default: OUT/review.csv, without OUT ./review.csv)',
  ),
  reviewer: place("Who decides; may be changed in the page (default: the name of this system's user)"),
  port: { ...count('Port to listen on, of 127.0.0.1; 0: a free one'), default: 0 },
} as const;
