import { join } from 'node:path';
import { REVIEW_FILE } from '../records/review.ts';
import { SPLIT_FILE } from '../records/split.ts';
import { givenPlace } from '../runner/given-place.ts';
import { displayUri, joinUri, parseLocation } from '../storage/location.ts';
import { openStore } from '../storage/open.ts';
import { outputPlaces } from './places.ts';
import type { PreprocessOptions } from './preprocess.ts';

/** A text as one word of a POSIX shell. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * What is added to the command of a run so that it obeys a review, and so that nobody changes between train and test for it:
 * the split beside the manifest, where it lies as `preprocess` leaves it.
 */
export async function obeyingOptions(review: string, manifest: string): Promise<string> {
  const options = `--review ${word(displayUri(review))}`;
  const place = parseLocation(manifest);
  if (place.kind !== 'folder') return options;
  const split = join(place.path, '..', '..', 'split', 'split');
  const made = (await (await openStore(split)).stat(SPLIT_FILE)) !== undefined;
  return made ? `${options} --previous ${word(split)}` : options;
}

type Given = Pick<PreprocessOptions, 'out' | 'artifacts' | 'review' | 'previous' | 'state'>;

/** A line on a review that lies where the outputs go, where none was given, not even `none`. */
export async function unobeyedReview({
  out,
  artifacts,
  review,
  previous,
  state,
}: Given): Promise<string | undefined> {
  if (review !== undefined || (await (await openStore(out)).stat(REVIEW_FILE)) === undefined)
    return undefined;
  const file = joinUri(out, REVIEW_FILE);
  const keepsSides = previous !== undefined || givenPlace(state) !== undefined;
  const options = keepsSides
    ? `--review ${word(displayUri(file))}`
    : await obeyingOptions(file, outputPlaces(out, artifacts).manifest);
  return `${displayUri(file)} is not obeyed: give it with ${options}, or --review none to leave it be`;
}
