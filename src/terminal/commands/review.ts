import { once } from 'node:events';
import { userInfo } from 'node:os';
import { counted } from '../../counted.ts';
import { obeyingOptions } from '../../default-pipeline/obeyed-review.ts';
import { REVIEW_FILE } from '../../records/review.ts';
import { joinUri } from '../../storage/location.ts';
import { outputsOption, placesOf, reviewOptions } from '../options/cohort-options.ts';
import { type AddCommand, say, tell } from './command.ts';

/** Report and viewer on this machine, and the decisions on patients. */
export const reviewCommand: AddCommand = (y) =>
  y.command(
    'review [outputs]',
    'Look at every patient in the browser, and decide who is left out of the next run',
    (review) => review.positional('outputs', outputsOption).options(reviewOptions),
    async ({ outputs, roi, interim, manifest, reviewer = userName(), port, mapBack, review: given }) => {
      // Imported only now: other commands need no server.
      const { startReview } = await import('../../review/server.ts');
      const places = placesOf('review', outputs, { roi, interim, manifest });
      const review = given ?? (outputs === undefined ? REVIEW_FILE : joinUri(outputs, REVIEW_FILE));
      const server = await startReview({ ...places, mapBack, review, reviewer, port });
      say(`review of ${counted(server.patients, 'patient')}: ${server.url}`);
      say(`decisions go to ${server.review}, which has ${await server.decided()}`);
      const options = await obeyingOptions(server.review, places.manifest);
      say(`the next run obeys them: swinprep preprocess ... ${options}`);
      say('Ctrl-C ends it');
      if (server.outdated > 0)
        tell(
          `${counted(server.outdated, 'patient')} with an ROI of an older mask than interim has now: until pass2-write has run again the whole CT alone is shown of them`,
        );
      await Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal)));
      const decided = await server.decided().finally(() => server.close());
      say(`${counted(decided, 'decision')} in ${server.review}`);
    },
  );

/** Of the person who has started the program; '' where the system does not know (a container's number without a name). */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
