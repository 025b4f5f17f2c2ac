import type { DataSet } from 'dicom-parser';
import { type DicomFile, items, Tag, text } from './part10.ts';

/** One image of a file: a frame of a multi-frame one, or all there is. */
export interface ImageFrame {
  readonly file: DicomFile;
  /** From 0. */
  readonly frame: number;
}

/** The functional groups of a multi-frame image (DICOM PS3.3 C.7.6.16). */
export interface FunctionalGroups {
  /** Frames that have groups of their own. */
  readonly frames: number;
  /** A macro: the frame's own where it has one, else the shared one. */
  readonly macro: (frame: number, sequence: string) => DataSet | undefined;
}

const found = new WeakMap<DataSet, FunctionalGroups>();

/** Looked up once a file: each of its frames asks for several macros. */
export function functionalGroups(dataset: DataSet): FunctionalGroups {
  const known = found.get(dataset);
  if (known !== undefined) return known;
  const perFrame = items(dataset, Tag.PerFrameFunctionalGroupsSequence);
  const [shared] = items(dataset, Tag.SharedFunctionalGroupsSequence);
  const groups: FunctionalGroups = {
    frames: perFrame.length,
    macro: (frame, sequence) => items(perFrame[frame], sequence)[0] ?? items(shared, sequence)[0],
  };
  found.set(dataset, groups);
  return groups;
}

/** Where an attribute of a macro stands: in the functional groups, or, in a single-frame image, at the top level. */
export function attributesOf({ file: { dataset }, frame }: ImageFrame, sequence: string): DataSet {
  return functionalGroups(dataset).macro(frame, sequence) ?? dataset;
}

/** Where a Legacy Converted Enhanced image keeps what no macro has a place for (DICOM PS3.3 C.7.6.16.2.25). */
const UNASSIGNED = ['x00209170', 'x00209171'];

/** Where an attribute of acquisition stands that a converted image may keep among its unassigned ones. */
export function acquisitionOf(image: ImageFrame, sequence: string, tag: string): DataSet {
  const { macro } = functionalGroups(image.file.dataset);
  const found = [sequence, ...UNASSIGNED].map((s) => macro(image.frame, s));
  return found.find((item) => item?.elements[tag] !== undefined) ?? image.file.dataset;
}

/** For messages: the file, with the frame where it has several. */
export function frameName({ file, frame }: ImageFrame): string {
  return functionalGroups(file.dataset).frames > 1 ? `${file.name}, frame ${frame + 1}` : file.name;
}

const keys = new WeakMap<DataSet, string>();

/** Read once a file: sorting asks for it many times. */
function instanceUid({ dataset }: DicomFile): string {
  const known = keys.get(dataset);
  if (known !== undefined) return known;
  const uid = text(dataset, Tag.SOPInstanceUID);
  keys.set(dataset, uid);
  return uid;
}

/** What is one image however often its file was stored: its SOP Instance UID, or its file where it has none, and its frame. */
export function imageId({ file, frame }: ImageFrame): string {
  return `${instanceUid(file) || file.name} ${frame}`;
}

/**
 * By SOP Instance UID, then by frame, then by what the file holds: an order that depends neither on how files were read
 * nor on what they are called. Names come last, and tell files of the same bytes apart.
 */
export function byInstance(a: ImageFrame, b: ImageFrame): number {
  const [p, q] = [instanceUid(a.file), instanceUid(b.file)];
  if (p !== q) return p < q ? -1 : 1;
  if (a.file === b.file || a.frame !== b.frame) return a.frame - b.frame;
  const bytes = Buffer.compare(a.file.dataset.byteArray, b.file.dataset.byteArray);
  return bytes || (a.file.name < b.file.name ? -1 : a.file.name > b.file.name ? 1 : 0);
}
