import type { GridEvent } from './event.ts';
import type { Settings } from './settings.ts';

export const BLOB_CREATED = 'Microsoft.Storage.BlobCreated';
export const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/**
 * Operations after which a blob is whole. `CreateFile` and `SftpCreate` are none: they make an empty one, to be filled
 * ("Azure Blob Storage as an Event Grid source").
 */
const WHOLE = new Set([
  'PutBlob',
  'PutBlockList',
  'PutBlobFromUrl',
  'CopyBlob',
  'CopyBlobFromUrl',
  'FlushWithClose',
  'SftpCommit',
]);

/**
 * Why an event does not tell of a marker, undefined where it does. The text holds nothing of the event but its type
 * and operation, for a subject may name a patient.
 */
export function reasonToIgnore(event: GridEvent, { topic, subject }: Settings): string | undefined {
  if (event.type !== BLOB_CREATED) return `an event of type ${event.type}`;
  // Resource ids are compared without regard to case, as Azure Resource Manager does.
  if (event.topic.toLowerCase() !== topic.toLowerCase()) return 'an event of another storage account';
  if (event.subject !== subject) return 'an event of another blob';
  if (event.api !== undefined && !WHOLE.has(event.api)) return `the marker is not whole after ${event.api}`;
  return undefined;
}
