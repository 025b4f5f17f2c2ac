import { createHash, randomBytes } from 'node:crypto';
import type { BlobHTTPHeaders, BlockBlobClient } from '@azure/storage-blob';
import { BLOCK_BYTES, blockOffsets, inParallel } from './blob-blocks.ts';

const SINGLE_PUT_BYTES = 16 * 2 ** 20;

/**
 * Replaces a blob by one commit: Put Blob up to 16 MiB, else blocks of 8 MiB and Put Block List, before which readers
 * see what was there. The service checks an MD5 of each request and keeps that of the whole as Content-MD5. Blocks that
 * a killed upload leaves are never visible and the service drops them within a week.
 */
export async function upload(blob: BlockBlobClient, bytes: Uint8Array): Promise<void> {
  const blobHTTPHeaders: BlobHTTPHeaders = {
    blobContentMD5: md5(bytes),
    blobContentType: contentType(blob.name),
  };
  if (bytes.length <= SINGLE_PUT_BYTES) {
    await blob.upload(bytes, bytes.length, { blobHTTPHeaders });
  } else {
    await blob.commitBlockList(await stageBlocks(blob, bytes), { blobHTTPHeaders });
  }
}

/** The ids of the blocks, in order. They are of this upload alone, so blocks of another one never enter its commit. */
async function stageBlocks(blob: BlockBlobClient, bytes: Uint8Array): Promise<string[]> {
  const upload = randomBytes(12).toString('hex');
  const blocks = blockOffsets(bytes.length).map((offset, i) => ({
    id: Buffer.from(`${upload}-${String(i).padStart(6, '0')}`).toString('base64'),
    bytes: bytes.subarray(offset, offset + BLOCK_BYTES),
  }));
  await inParallel(blocks, async (block, abortSignal) => {
    const options = { transactionalContentMD5: md5(block.bytes), abortSignal };
    await blob.stageBlock(block.id, block.bytes, block.bytes.length, options);
  });
  return blocks.map(({ id }) => id);
}

function md5(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  dcm: 'application/dicom',
  gz: 'application/gzip',
  json: 'application/json',
  png: 'image/png',
  zip: 'application/zip',
};

function contentType(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return CONTENT_TYPES[extension] ?? 'application/octet-stream';
}
