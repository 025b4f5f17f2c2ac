const GIB = 2 ** 30;

/** What an archive may hold. It is held against what the archive declares, before any of it is taken. */
export interface ArchiveLimits {
  /** What all files may hold when inflated. Default 16 GiB. */
  readonly totalBytes?: number;
  /** What one file may hold when inflated. Default 4 GiB. */
  readonly fileBytes?: number;
  /** What may be held in memory of an archive that cannot be read by ranges. Default 4 GiB. */
  readonly memoryBytes?: number;
}

export const ARCHIVE_LIMITS: Required<ArchiveLimits> = {
  totalBytes: 16 * GIB,
  fileBytes: 4 * GIB,
  memoryBytes: 4 * GIB,
};

/** Deflate makes at most 258 bytes of 2 bits (RFC 1951). */
export const MOST_INFLATION = 1032;

export function tooLarge(what: string, bytes: number, limit: number): string {
  return `${what} declares ${(bytes / GIB).toFixed(1)} GiB when inflated, more than the ${(limit / GIB).toFixed(1)} GiB allowed; unpack it into a folder`;
}

export function tooLargeForMemory(limit: number): string {
  return `is larger than the ${limit / GIB} GiB that are read into memory; unpack it into a folder`;
}
