import type { Config } from '../../config/schema.ts';
import { CaseExclusion } from '../../errors.ts';
import { isNiftiName } from '../../records/pairs.ts';
import { unpackedStore } from '../../storage/archive/unpacked.ts';
import { displayUri } from '../../storage/location.ts';
import type { Stores } from '../../storage/open.ts';
import { openPatient } from '../../storage/patient-store.ts';
import type { Entry, ReadableStore, Store } from '../../storage/store.ts';
import { listedStore } from '../../storage/view.ts';
import { zipStore } from '../../storage/zip/zip.ts';
import type { PatientRun, PatientSource, RawPatient, Refused } from '../raw-patient.ts';
import { isArchivePlace, openRaw, type UnopenedArchives } from '../raw-store.ts';
import { fileVanished } from './patient-files.ts';
import { type RunFile, runFiles, runStore } from './run-files.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What there is to read of a patient. */
export interface PatientInputs {
  /** Name, size and version of every object: what decides the outputs. */
  readonly listed: readonly (readonly (string | number)[])[];
  /** The DICOM files; undefined where the CT is a NIfTI file. */
  readonly dicom: (() => Promise<ReadableStore>) | undefined;
  readonly niftiCt: (() => Promise<Bytes>) | undefined;
  readonly niftiMask: (() => Promise<Bytes>) | undefined;
}

/** A file as an input: how it is listed and how it is read. Undefined where it is not there. */
interface InputFile {
  readonly listed: readonly (string | number)[];
  readonly read: () => Promise<Bytes>;
}

async function inputFile(store: Store, key: string, what: string): Promise<InputFile | undefined> {
  const entry = await store.stat(key);
  if (entry === undefined) return undefined;
  return {
    listed: [what, entry.key, entry.bytes, entry.version],
    read: async () => {
      const bytes = await store.read(key);
      if (bytes === undefined) throw fileVanished(what);
      return bytes;
    },
  };
}

/** What messages call the files of a pair: their own names may name the patient. */
export const NIFTI_CT = 'the NIfTI CT';
export const NIFTI_MASK = 'the NIfTI mask';

async function fileOfPair(uri: string, what: string, stores: Stores): Promise<InputFile> {
  const { store, key } = await stores.locate(uri);
  const file = await inputFile(store, key, what);
  if (file === undefined)
    throw new CaseExclusion(
      'no-such-file',
      'does not exist where the table of pairs, or dataset.json, says: correct its path',
      {
        file: what,
      },
    );
  return file;
}

/** Every object, as a listing tells it. */
type Listing = readonly Entry[];

async function listingOf(store: ReadableStore): Promise<Listing> {
  const listing: Entry[] = [];
  for await (const entry of store.list()) listing.push(entry);
  return listing;
}

function listedOf(listing: Listing): PatientInputs['listed'] {
  return listing.map(({ key, bytes, version }) => [key, bytes, version]);
}

/** The first of the patterns under which a mask lies below `masks`. */
async function maskByPattern(
  masks: string,
  name: string,
  patterns: readonly string[],
  stores: Stores,
): Promise<InputFile | undefined> {
  const store = await stores.open(masks);
  for (const pattern of patterns) {
    const file = await inputFile(
      store,
      pattern.replaceAll('{patient}', () => name),
      NIFTI_MASK,
    );
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Of a patient that cannot be taken: what it is for decides the record, and reading it throws. */
function inputsOfRefused({ code, message }: Refused): PatientInputs {
  return {
    listed: [['refused', code, message]],
    dicom: async () => {
      throw new CaseExclusion(code, message);
    },
    niftiCt: undefined,
    niftiMask: undefined,
  };
}

async function inputsOfPair(ct: string, mask: string, stores: Stores): Promise<PatientInputs> {
  const niftiMask = mask === '' ? undefined : await fileOfPair(mask, NIFTI_MASK, stores);
  const masked = niftiMask === undefined ? [] : [niftiMask.listed];
  if (isNiftiName(displayUri(ct))) {
    const niftiCt = await fileOfPair(ct, NIFTI_CT, stores);
    const listed = [niftiCt.listed, ...masked];
    return { listed, dicom: undefined, niftiCt: niftiCt.read, niftiMask: niftiMask?.read };
  }
  if (/\.zip$/i.test(displayUri(ct))) {
    const archive = await fileOfPair(ct, 'the archive', stores);
    return {
      listed: [archive.listed, ...masked],
      dicom: async () => stores.archive(zipStore('the archive', await archive.read())),
      niftiCt: undefined,
      niftiMask: niftiMask?.read,
    };
  }
  if (isArchivePlace(ct)) {
    const archive = await fileOfPair(ct, 'the archive', stores);
    return {
      listed: [archive.listed, ...masked],
      dicom: () => openRaw(ct, stores),
      niftiCt: undefined,
      niftiMask: niftiMask?.read,
    };
  }
  const folder = await stores.open(ct);
  const listing = await listingOf(folder);
  return {
    listed: [...listedOf(listing), ...masked],
    dicom: async () => unpackedStore(listedStore(folder, listing)),
    niftiCt: undefined,
    niftiMask: niftiMask?.read,
  };
}

/** Where files lie that are listed. */
type StoredSource = Extract<PatientSource, { kind: 'child' | 'files' }>;

/** What a listing told of a patient before its turn. */
export type KnownFiles = readonly RunFile[];

/** Whether an archive, by its key, holds files of a run, or lies among them. */
function holdsOf(archive: string, { folder, depth }: PatientRun): boolean {
  const inside = (key: string, of: string): boolean => of === '' || key === of || key.startsWith(`${of}/`);
  return inside(folder, archive) || (depth === 'below' && inside(archive, folder));
}

/** Archives that cannot be opened do no harm beside the files; those that hold some of them throw their ArchiveError. */
async function filesOfRuns(
  runs: readonly PatientRun[],
  stores: Pick<Stores, 'open' | 'locate'>,
): Promise<KnownFiles> {
  const broken = new Map<string, UnopenedArchives['broken']>();
  const files = await runFiles(runs, (place) => {
    broken.set(place, new Map());
    return openRaw(place, stores, { broken: broken.get(place)!, foreign: new Map() });
  });
  for (const run of runs)
    for (const [key, error] of broken.get(run.place)!) if (holdsOf(key, run)) throw error;
  return files;
}

/**
 * The files of a patient: of a folder as they lie there, of an archive the archive itself, and wherever they lie those of its
 * runs, archives unpacked.
 */
export async function listPatient(
  source: StoredSource,
  stores: Pick<Stores, 'open' | 'locate'>,
): Promise<KnownFiles> {
  if (source.kind === 'files') return filesOfRuns(source.runs, stores);
  const { place, child } = source;
  if (child.kind === 'file') return [{ place, entry: child.entry }];
  return runFiles([{ place, folder: child.name, depth: 'below' }], stores.open);
}

async function inputsOfChild(
  { place, child }: Extract<PatientSource, { kind: 'child' }>,
  files: KnownFiles,
  stores: Stores,
): Promise<PatientInputs> {
  const store = await stores.open(place);
  const listing = files.map(({ entry }) => entry);
  return {
    listed: listedOf(listing),
    dicom: async () => {
      const opened = await openPatient(listedStore(store, listing), child);
      if (child.kind === 'folder') return unpackedStore(opened);
      return unpackedStore(stores.archive(opened), { levels: 1 });
    },
    niftiCt: undefined,
    niftiMask: undefined,
  };
}

/** Where the names of files decide nothing, they do not count as inputs either: moving files makes nothing again. */
function listedByContent(files: KnownFiles): PatientInputs['listed'] {
  return files
    .map(({ entry: { bytes, version } }) => [bytes, version] as const)
    .sort(([a, v], [b, w]) => a - b || (v < w ? -1 : v > w ? 1 : 0));
}

function inputsOfFiles(
  { runs, named }: Extract<PatientSource, { kind: 'files' }>,
  files: KnownFiles,
  stores: Stores,
): PatientInputs {
  return {
    listed: named === 'header' ? listedByContent(files) : listedOf(files.map(({ entry }) => entry)),
    dicom: () => runStore(files, runs, (place) => openRaw(place, stores)),
    niftiCt: undefined,
    niftiMask: undefined,
  };
}

/** Where NIfTI masks lie if nothing else is said: where the patient does, but for an archive. */
function placeOf(source: StoredSource): string {
  const place = source.kind === 'child' ? source.place : source.runs[0].place;
  return isArchivePlace(place) ? '' : place;
}

/**
 * What there is to read of a patient, with masks that lie apart: `masks` is where `mask.niftiPatterns` are looked up if
 * NIFTI is among `mask.sources`, '' nowhere, undefined in the patient's place of raw data. Nothing but listings is read yet,
 * and not that of files that are `known`. Reading a patient that is refused throws the CaseExclusion that says so.
 */
export async function patientInputs(
  { name, source, clinicalId }: RawPatient,
  masks: string | undefined,
  { sources, niftiPatterns }: Config['mask'],
  stores: Stores,
  known?: KnownFiles,
): Promise<PatientInputs> {
  if (source.kind === 'refused') return inputsOfRefused(source);
  if (source.kind === 'pair') return inputsOfPair(source.ct, source.mask, stores);
  const files = known ?? (await listPatient(source, stores));
  const found =
    source.kind === 'child'
      ? await inputsOfChild(source, files, stores)
      : inputsOfFiles(source, files, stores);
  // What is recorded besides the volumes is made anew where it changes.
  const marks = clinicalId === undefined ? [] : [['clinical id', clinicalId]];
  const inputs = { ...found, listed: [...found.listed, ...marks] };
  const where = masks ?? placeOf(source);
  if (!sources.includes('NIFTI') || where === '') return inputs;
  const mask = await maskByPattern(where, name, niftiPatterns, stores);
  return mask === undefined
    ? inputs
    : { ...inputs, listed: [...inputs.listed, mask.listed], niftiMask: mask.read };
}
