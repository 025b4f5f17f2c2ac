import { readFileSync } from 'node:fs';
import type { SourceImages } from '../../../src/dicom/derived/source-images.ts';
import type { DataSet } from '../../../src/dicom/encode/dictionary.ts';
import { type DicomFile, parsePart10 } from '../../../src/dicom/file/part10.ts';
import type { SlicePlane } from '../../../src/dicom/series/slice-plane.ts';
import { shared } from '../shared-data.ts';
import { ctSlice } from './ct-files.ts';
import { type Placement, planesOf } from './made-planes.ts';

/** What a CT that something is derived from has to have beside what `ctSlice` writes. */
const OF_A_STUDY = { StudyInstanceUID: '2.25.3000', PatientID: 'P1', ContentDate: '20200102' } as const;

type Elements = Omit<DataSet, 'SOPClassUID' | 'SOPInstanceUID'>;

/** A slice of a study as `ctSlice` makes it; `elements` replace or add to its own. */
export function studySlice(name: string, elements: Elements = {}): DicomFile {
  return ctSlice(name, { ...OF_A_STUDY, ...elements });
}

/** Files as the source images of an object, where only their headers count: all at one place. */
export function imagesOf(files: readonly DicomFile[]): SourceImages {
  const slices = files.map(
    (file): SlicePlane => ({
      file,
      frame: 0,
      columns: 2,
      rows: 2,
      spacingMm: [1, 1],
      positionMm: [0, 0, 0],
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
    }),
  );
  return { slices, spacingMm: undefined };
}

/** The slices of a placement, each with a file of its own; `elements` are of all of them. */
export function placedImages(placement: Placement, elements: Elements = {}): SourceImages {
  const slices = planesOf(placement).map((plane) => ({
    ...plane,
    file: studySlice(plane.file.name, elements),
  }));
  return { slices, spacingMm: undefined };
}

/** A file of the test data in many encodings. */
export function encodedFile(path: string): DicomFile {
  return parsePart10(path, readFileSync(shared('encodings', path)))!;
}
