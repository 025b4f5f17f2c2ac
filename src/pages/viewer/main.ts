import { element } from '../element.ts';
import { askPatients, askSession, listen, save } from '../review-server.ts';
import { Desk } from './desk.ts';
import { fillReasons } from './exclusion-dialog.ts';
import { Images } from './images.ts';
import { listenForActions, showKeys } from './keys.ts';
import { part } from './parts.ts';
import { Review } from './review.ts';

function patientInUrl(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
}

async function start(): Promise<void> {
  const [session, patients] = await Promise.all([askSession(), askPatients()]);
  if (patients.length === 0) throw new Error('there are no patients to review');
  const review = new Review(patients, save);
  if (!review.goTo(patientInUrl())) review.toFirstUndecided();
  fillReasons(session.reasons);
  const images = await Images.open(session.window_hu);
  showKeys();
  const desk = new Desk(review, images, session);
  listenForActions((action, value) => desk.act(action, value));
  window.addEventListener('hashchange', () => {
    if (review.goTo(patientInUrl())) desk.show();
  });
  listen({
    change: (change) => desk.changed(change),
    lost: () => desk.lost(),
    open: () => void desk.reconnected(),
  });
  desk.show();
}

try {
  await start();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  part('notices').append(element('p', { class: 'loud' }, `The review cannot be shown: ${message}`));
}
