import { StorageError, UsageError } from '../../errors.ts';
import type { RawPatient } from '../../raw/raw-patient.ts';
import { CASE_FILE } from '../../records/case.ts';
import { CASES_FILE } from '../../records/cases.ts';
import { MANIFEST_FILE } from '../../records/manifest.ts';
import { META_FILE } from '../../records/roi.ts';
import { ROIS_FILE } from '../../records/roi-changes.ts';
import { SPLIT_FILE } from '../../records/split.ts';
import { STATS_FILE } from '../../records/stats.ts';
import { enclosingPlaces, liesIn, trueName } from '../../storage/enclosing.ts';
import { inFlight } from '../../storage/in-flight.ts';
import { displayUri } from '../../storage/location.ts';
import { openStore } from '../../storage/open.ts';

/** Files that tell a place of outputs without identity, where they were written by swinprep. */
const MARKS = [CASES_FILE, ROIS_FILE, MANIFEST_FILE, SPLIT_FILE, STATS_FILE, CASE_FILE, META_FILE];

/** Where they lie in a folder of artifacts, `JOB/OUTPUT/`, which is no artifact itself. */
const IN_ARTIFACTS = [
  `convert/cases/${CASES_FILE}`,
  `split/split/${SPLIT_FILE}`,
  `pass1_stats/stats/${STATS_FILE}`,
  `pass2_write/manifest/${MANIFEST_FILE}`,
];

/** Where they lie in a folder that holds outputs; what lies beside them in a folder of its own is not among them. */
const BELOW = [
  `interim/${CASES_FILE}`,
  `roi/${ROIS_FILE}`,
  `cases/${CASES_FILE}`,
  `split/${SPLIT_FILE}`,
  `stats/${STATS_FILE}`,
  `manifest/${MANIFEST_FILE}`,
  ...IN_ARTIFACTS.map((name) => `artifacts/${name}`),
];

/** What each of them holds; other programs have files of these names too. */
const OURS = '"swinprep_version"';

const WHY = 'DICOM objects name the patient: give a place of their own';

/** A place that is read, by its option. */
export interface ReadPlace {
  readonly option: string;
  readonly uri: string;
}

/** Where the raw data of some patients lie. */
export function rawPlacesOf(patients: Iterable<RawPatient>): string[] {
  const places = new Set<string>();
  for (const { source } of patients) {
    if (source.kind === 'child') places.add(source.place);
    else if (source.kind === 'files') for (const { place } of source.runs) places.add(place);
    else if (source.kind === 'pair')
      for (const uri of [source.ct, source.mask]) if (uri !== '') places.add(uri);
  }
  return [...places];
}

/** The same of what options name, leaving out those that were not given. */
export function readPlaces(given: Readonly<Record<string, string | undefined>>): ReadPlace[] {
  return Object.entries(given).flatMap(([name, uri]) =>
    uri === undefined ? [] : [{ option: `--${name}`, uri }],
  );
}

/**
 * Refuses a place for DICOM objects that is one of those that are read, lies in one or holds one: what is written without
 * identity, and raw data, would come to lie beside what names the patient.
 *
 * @param out the place, or the folder of the one file that is written
 * @param file whether it is a file: then its folder may hold what is read
 */
export async function assertApart(out: string, read: readonly ReadPlace[], file = false): Promise<void> {
  const output = await trueName(out);
  for (const { option, uri } of read) {
    const place = await trueName(uri);
    const inside = liesIn(output, place);
    if (!inside && (file || !liesIn(place, output))) continue;
    const how = output === place ? 'is' : inside ? 'lies in' : 'holds';
    throw new UsageError(`--out ${displayUri(out)} ${how} ${option} ${displayUri(uri)}; ${WHY}`);
  }
}

/** Whether a store holds a file of ours by this name; what cannot be looked at is out of reach. */
async function isMarked(uri: string, name: string): Promise<boolean> {
  try {
    const bytes = await (await openStore(uri)).read(name);
    return bytes !== undefined && Buffer.from(bytes).includes(OURS);
  } catch (thrown) {
    if (thrown instanceof StorageError) return false;
    throw thrown;
  }
}

/**
 * Refuses a place for DICOM objects that is, or lies in, an artifact, a folder of them or a store of volumes of swinprep, or that
 * holds some.
 *
 * @param out the place, or the folder of the one file that is written
 * @param file whether it is a file: then its folder may hold outputs
 */
export async function assertNoOutputs(out: string, file = false): Promise<void> {
  const places = await enclosingPlaces(out);
  const looks = [
    ...places.flatMap((uri) => [...MARKS, ...IN_ARTIFACTS].map((name) => ({ uri, name }))),
    ...(file ? [] : BELOW.map((name) => ({ uri: places[0], name }))),
  ];
  const marked = await inFlight(looks, ({ uri, name }) => isMarked(uri, name));
  const found = looks.find((_, i) => marked[i]);
  if (found === undefined) return;
  throw new UsageError(
    `--out ${displayUri(out)} lies among outputs of swinprep: ${displayUri(found.uri)} holds ${found.name}; ${WHY}`,
  );
}
