import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { bareEtag } from '../storage/blob/blob-version.ts';

const dataSchema = z.looseObject({
  api: z.string().optional(),
  eTag: z.string().optional(),
  etag: z.string().optional(),
  validationCode: z.string().optional(),
});

/** "Azure Event Grid event schema". */
const eventGridSchema = z.looseObject({
  topic: z.string().default(''),
  subject: z.string(),
  eventType: z.string(),
  data: dataSchema.optional(),
});

/** CloudEvents 1.0, as Event Grid delivers it. */
const cloudEventSchema = z.looseObject({
  specversion: z.literal('1.0'),
  source: z.string(),
  subject: z.string().default(''),
  type: z.string(),
  data: dataSchema.optional(),
});

/** What counts of an event, whichever of Event Grid's schemas it came in. */
export interface GridEvent {
  readonly type: string;
  /** Resource id of what sent it. */
  readonly topic: string;
  /** `/blobServices/default/containers/CONTAINER/blobs/BLOB`; it may name a patient and is not to be logged. */
  readonly subject: string;
  /** Operation of the storage service, such as `PutBlockList`. */
  readonly api: string | undefined;
  /** ETag of the blob after the operation, without quotes. */
  readonly etag: string | undefined;
  /** What a subscription validation event wants back. */
  readonly validationCode: string | undefined;
}

/** The events of one delivery: one object, or an array of them. Throws a UsageError where one is none. */
export function parseEvents(delivered: unknown): GridEvent[] {
  return (Array.isArray(delivered) ? delivered : [delivered]).map(parseEvent);
}

function parseEvent(content: unknown): GridEvent {
  const cloud = cloudEventSchema.safeParse(content);
  if (cloud.success) {
    const { type, source, subject, data } = cloud.data;
    // Sources of blob events end with the account; the subject lacks its first slash in some.
    return event(type, source.replace(/#.*$/, ''), subject.replace(/^(?=blobServices\/)/, '/'), data);
  }
  const grid = eventGridSchema.safeParse(content);
  // No cause: it would quote the event.
  if (!grid.success) throw new UsageError('neither an Event Grid event nor a CloudEvent 1.0');
  const { eventType, topic, subject, data } = grid.data;
  return event(eventType, topic, subject, data);
}

function event(
  type: string,
  topic: string,
  subject: string,
  data: z.infer<typeof dataSchema> = {},
): GridEvent {
  const etag = data.eTag ?? data.etag;
  return {
    type,
    topic,
    subject,
    api: data.api,
    etag: etag === undefined ? undefined : bareEtag(etag),
    validationCode: data.validationCode,
  };
}
