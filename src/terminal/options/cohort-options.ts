import { outputPlaces } from '../../default-pipeline/places.ts';
import { UsageError } from '../../errors.ts';
import { count, URI_FORMS } from './shared-options.ts';

const place = (description: string) => ({ type: 'string', requiresArg: true, description }) as const;

const places = {
  roi: place(`Where pass2-write wrote the ROIs: ${URI_FORMS} (default: OUTPUTS/roi)`),
  interim: place('Where convert wrote the volumes (default: OUTPUTS/interim)'),
  manifest: place('Folder of the manifest.json artifact (default: OUTPUTS/artifacts/pass2_write/manifest)'),
};

const mapBack = {
  'map-back': place('The --out of map-back --compare, or its map_back.json: Dice and volumes of predictions'),
};

export const reportOptions = {
  manifest: places.manifest,
  roi: places.roi,
  ...mapBack,
  out: place('Folder for index.html (default: report/ beside the manifest)'),
} as const;

export const reviewOptions = {
  ...places,
  ...mapBack,
  review: place(
    'The review.csv that holds the decisions, or its folder (default: OUTPUTS/review.csv, else ./review.csv)',
  ),
  reviewer: place("Who decides; may be changed in the page (default: the name of this system's user)"),
  port: { ...count('Port to listen on, of 127.0.0.1; 0: a free one'), default: 0 },
} as const;

/** The argument that stands for the options of places. */
export const outputsOption = {
  type: 'string',
  description: 'The --out of preprocess, for each place that is not given',
} as const;

/**
 * Where the outputs of a run lie: as its options say, else below OUTPUTS. Throws a UsageError where neither tells one of them.
 *
 * @param given the options by which `command` takes a place
 */
export function placesOf<Name extends keyof typeof places>(
  command: string,
  outputs: string | undefined,
  given: Readonly<Record<Name, string | undefined>>,
): Record<Name, string> {
  const usual = outputs === undefined ? undefined : outputPlaces(outputs);
  const all = () => new Intl.ListFormat('en-GB').format(Object.keys(given).map((name) => `--${name}`));
  const found = (Object.keys(given) as Name[]).map((name) => {
    const uri = given[name] ?? usual?.[name];
    if (uri === undefined) throw new UsageError(`${command}: give the --out of preprocess, or ${all()}`);
    return [name, uri];
  });
  return Object.fromEntries(found) as Record<Name, string>;
}
