import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Recorded =
  | 'blob-created'
  | 'blob-created.cloudevent'
  | 'blob-created.hierarchical'
  | 'subscription-validation';

export interface RecordedEvent {
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Storage account that the recorded events come from. */
export const TOPIC =
  '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/imaging/providers/Microsoft.Storage/storageAccounts/imagingdata';

/** A delivery of Event Grid as it arrives: an array in its own schema, an object as a CloudEvent. */
export function recordedDelivery(name: Recorded): unknown {
  const file = path.join(import.meta.dirname, '../../function/events', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The one event of a delivery. */
export function recordedEvent(name: Recorded): RecordedEvent {
  return [recordedDelivery(name)].flat()[0] as RecordedEvent;
}

/** A recorded event, made to be of the version `etag` of the marker. */
export function eventOf(etag: string, name: Recorded = 'blob-created'): RecordedEvent {
  const event = recordedEvent(name);
  return { ...event, data: { ...event.data, eTag: etag } };
}
