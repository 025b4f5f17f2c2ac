import { type DicomFile, parseHeader, parsePart10, Tag } from '../../dicom/file/part10.ts';
import { CaseExclusion } from '../../errors.ts';
import { copyOf } from '../../memory/thread.ts';
import { peekAt, type ReadableStore } from '../../storage/store.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { keysWorthReading } from './patient-bytes.ts';
import { fileVanished, type PatientFile, patientFiles, readFiles } from './patient-files.ts';

/** Of most files the header ends within the first of these; what has more is read further, and in the end whole. */
const HEADER_BYTES = [32 * 2 ** 10, 2 ** 20] as const;

/** A file that was read whole, as if only its header had been. */
function withoutPixels(file: DicomFile): DicomFile {
  return { ...file, headerOfBytes: file.dataset.byteArray.length };
}

/** The header without the pixels behind it, which would be kept in memory along with it. */
function trimmed(header: DicomFile, start: Uint8Array): DicomFile {
  const end = header.dataset.elements[Tag.PixelData].dataOffset;
  if (2 * end > start.length || start.length <= HEADER_BYTES[0]) return header;
  return parseHeader(header.name, start.slice(0, end), header.headerOfBytes!) as DicomFile;
}

/** The header of a file, undefined where it is no DICOM. Throws a CaseExclusion where it cannot be read. */
async function readHeader(
  store: ReadableStore,
  file: PatientFile,
  clock: StageClock,
): Promise<DicomFile | undefined> {
  for (const length of HEADER_BYTES) {
    if (file.bytes <= length) break;
    const start = await peekAt(store, file.key, length, copyOf<Uint8Array>);
    if (start === undefined) throw fileVanished(file.name);
    const header = clock.time('parse', start.length, () => parseHeader(file.name, start, file.bytes));
    if (header !== 'incomplete') return header && trimmed(header, start);
  }
  const bytes = await store.read(file.key);
  if (bytes === undefined) throw fileVanished(file.name);
  const whole = clock.time('parse', bytes.length, () => parsePart10(file.name, bytes));
  return whole && withoutPixels(whole);
}

/** The headers of a patient's files. */
export interface Headers {
  /** All files; those of `dicom` have the same names. */
  readonly files: readonly PatientFile[];
  readonly dicom: readonly DicomFile[];
  /** Files that are no DICOM. */
  readonly ignored: number;
  /** Why the first of the files that cannot be read, by name order, cannot be. */
  readonly refusal: CaseExclusion | undefined;
}

/**
 * Reads as little of each file as holds its header: structure sets whole, images without their pixels. Throws a
 * CaseExclusion where all that `convert` would read is too much.
 */
export async function readHeaders(store: ReadableStore, clock: StageClock): Promise<Headers> {
  const files = await patientFiles(store);
  const worth = await keysWorthReading(store, files);
  const read = await readFiles(files, async (file) => {
    if (!worth.has(file.key)) return undefined;
    return readHeader(store, file, clock).catch((thrown) => {
      if (thrown instanceof CaseExclusion) return thrown;
      throw thrown;
    });
  });
  const found = read.filter((file) => file !== undefined);
  return {
    files,
    dicom: found.filter((file): file is DicomFile => !(file instanceof CaseExclusion)),
    ignored: read.length - found.length,
    refusal: found.find((file) => file instanceof CaseExclusion),
  };
}
