/** A listing answers so many blobs at a time. */
const PAGE = 5000;
/** Put Blob up to here, above it blocks. */
const SINGLE_PUT_BYTES = 16 * 2 ** 20;
const BLOCK_BYTES = 8 * 2 ** 20;

/** What is counted of a set of blobs. */
export interface BlobSizes {
  readonly patients: number;
  readonly blobs: number;
  readonly bytes: number;
  /** Requests by which all of them are listed, patient by patient; a patient without a folder takes none. */
  readonly listPages: number;
  /** Requests by which all of them are read whole. */
  readonly gets: number;
  /** Requests by which all of them are written. */
  readonly puts: number;
  /** Of the blobs, those that are volumes (`.nii.gz`), and `gets` of them alone. */
  readonly volumes: number;
  readonly volumeGets: number;
}

/** A patient's blobs: its folder (listed by itself), or single files. */
export interface PatientBlobs {
  readonly folder: boolean;
  readonly blobs: readonly { readonly key: string; readonly bytes: number }[];
}

/** Requests by which a blob is read: ranges of 8 MiB, one at least. */
export function getsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK_BYTES));
}

/** Requests by which a blob is written: one up to 16 MiB, above it blocks of 8 MiB and the list of them. */
export function putsOf(bytes: number): number {
  return bytes <= SINGLE_PUT_BYTES ? 1 : Math.ceil(bytes / BLOCK_BYTES) + 1;
}

export function sizesOf(patients: Iterable<PatientBlobs>): BlobSizes {
  const total = {
    patients: 0,
    blobs: 0,
    bytes: 0,
    listPages: 0,
    gets: 0,
    puts: 0,
    volumes: 0,
    volumeGets: 0,
  };
  for (const { folder, blobs } of patients) {
    total.patients++;
    if (folder) total.listPages += listPages(blobs.length);
    for (const { key, bytes } of blobs) {
      total.blobs++;
      total.bytes += bytes;
      total.gets += getsOf(bytes);
      total.puts += putsOf(bytes);
      if (!key.endsWith('.nii.gz')) continue;
      total.volumes++;
      total.volumeGets += getsOf(bytes);
    }
  }
  return total;
}

/** What a run reads and leaves. */
export interface RunSizes {
  readonly raw: BlobSizes;
  readonly interim: BlobSizes;
  readonly roi: BlobSizes;
  /** Headers that are read to find the patients. */
  readonly headers: number;
}

export interface Requests {
  readonly lists: number;
  readonly reads: number;
  readonly writes: number;
}

/** Of each patient: the records that may tell that it is done (three), and the overlay for the contact sheet. */
const READS_A_PATIENT = 4;
/** The clinical table, twice, and the list of the last run. */
const READS_A_RUN = 3;
/** `cases.json`, for the next run. */
const WRITES_A_RUN = 1;
/** What lies directly in the raw data is listed as a collection of NIfTI files may, and as patients do. */
const LISTS_OF_CHILDREN = 2;
/** What headers told the last time is asked for. */
const INDEX_READS = 1;
/** Steps of the default pipeline, and those whose ranks leave a part for rank 0, which reads it: all but `split`. */
export const STEPS = 4;
export const SHARED_STEPS = 3;

/**
 * Requests to Blob Storage of a first run. Every rank lists all of the raw data, and reads and keeps the `headers` that tell
 * the patients. A patient is listed when its turn is near, and where there are several ranks, each lists all patients to deal
 * them; raw files are read once, and so are volumes in `interim`, by pass 2: convert measures for pass 1. What the mounts of
 * Azure ML ask for, and how often rank 0 looks for parts, is not in it. Deletions are free.
 */
export function requestsOfRun({ raw, interim, roi, headers }: RunSizes, ranks: number): Requests {
  const parts = ranks > 1 ? SHARED_STEPS * ranks : 0;
  return {
    lists:
      (listPages(raw.blobs) + LISTS_OF_CHILDREN * listPages(raw.patients)) * ranks +
      raw.listPages * (1 + (ranks > 1 ? ranks : 0)),
    reads:
      raw.gets +
      (headers + INDEX_READS) * ranks +
      interim.volumeGets +
      READS_A_PATIENT * raw.patients +
      READS_A_RUN +
      parts,
    writes: interim.puts + roi.puts + WRITES_A_RUN + (headers > 0 ? ranks : 0) + parts,
  };
}

/** With those of the share of the work that is done again. */
export function withRepeated({ lists, reads, writes }: Requests, repeatedWork: number): Requests {
  const all = (count: number): number => Math.round(count * (1 + repeatedWork));
  return { lists: all(lists), reads: all(reads), writes: all(writes) };
}

function listPages(names: number): number {
  return Math.max(1, Math.ceil(names / PAGE));
}
