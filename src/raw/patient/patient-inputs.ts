import type { Config } from '../../config/schema.ts';
import { CaseExclusion } from '../../errors.ts';
import { isNiftiName } from '../../records/pairs.ts';
import { unpackedStore } from '../../storage/archive/unpacked.ts';
import { displayUri } from '../../storage/location.ts';
import type { Stores } from '../../storage/open.ts';
import { openPatient } from '../../storage/patient-store.ts';
import type { Entry, ReadableStore, Store } from '../../storage/store.ts';
import { listedStore } from '../../storage/view.ts';
import type { PatientRun, PatientSource, RawPatient, Refused } from '../raw-patient.ts';
import { isArchivePlace, openRaw, type UnopenedArchives } from '../raw-store.ts';
import { fileVanished } from './patient-files.ts';
import { type RunFile, runFiles, runStore } from './run-files.ts';

/** What there is to read of a patient. */
export interface PatientInputs {
  /** Name, size and version of every object: what decides the outputs. */
  readonly listed: readonly (readonly (string | number)[])[];
  /** The DICOM files; undefined where the CT is a NIfTI file. */
  readonly dicom: (() => Promise<ReadableStore>) | undefined;
  readonly niftiCt: (() => Promise<Uint8Array>) | undefined;
  readonly niftiMask: (() => Promise<Uint8Array>) | undefined;
}

/** A file as an input: how it is listed, where it lies and how it is read. */
interface InputFile {
  readonly listed: readonly (string | number)[];
  readonly store: ReadableStore;
  readonly entry: Entry;
  readonly read: () => Promise<Uint8Array>;
}

/** Undefined where it is not there. */
async function inputFile(store: Store, key: string, what: string): Promise<InputFile | undefined> {
  const entry = await store.stat(key);
  if (entry === undefined) return undefined;
  return {
    listed: [what, entry.key, entry.bytes, entry.version],
    store,
    entry,
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
  if (file !== undefined) return file;
  throw new CaseExclusion(
    'no-such-file',
    'does not exist where the table of pairs, or dataset.json, says: correct its path',
    { file: what },
  );
}

/** Of DICOM files, with a mask where one lies apart. */
function dicomInputs(
  listed: PatientInputs['listed'],
  dicom: () => Promise<ReadableStore>,
  mask: InputFile | undefined,
): PatientInputs {
  return {
    listed: mask === undefined ? listed : [...listed, mask.listed],
    dicom,
    niftiCt: undefined,
    niftiMask: mask?.read,
  };
}

/** The files of a patient's archive, which is fetched whole, and of archives in it. */
async function archiveOf(store: ReadableStore, entry: Entry, stores: Stores): Promise<ReadableStore> {
  const archive = await openPatient(store, { kind: 'file', entry });
  return unpackedStore(stores.archive(archive), { levels: 1 });
}

/** Every object, as a listing tells it. */
async function listingOf(store: ReadableStore): Promise<Entry[]> {
  const listing: Entry[] = [];
  for await (const entry of store.list()) listing.push(entry);
  return listing;
}

function listedOf(listing: readonly Entry[]): PatientInputs['listed'] {
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
  const refuse = async (): Promise<never> => {
    throw new CaseExclusion(code, message);
  };
  return dicomInputs([['refused', code, message]], refuse, undefined);
}

async function inputsOfPair(
  { ct, mask }: Extract<PatientSource, { kind: 'pair' }>,
  stores: Stores,
): Promise<PatientInputs> {
  const niftiMask = mask === '' ? undefined : await fileOfPair(mask, NIFTI_MASK, stores);
  if (isNiftiName(displayUri(ct))) {
    const niftiCt = await fileOfPair(ct, NIFTI_CT, stores);
    const listed = [niftiCt.listed, ...(niftiMask === undefined ? [] : [niftiMask.listed])];
    return { listed, dicom: undefined, niftiCt: niftiCt.read, niftiMask: niftiMask?.read };
  }
  if (isArchivePlace(ct)) {
    const { listed, store, entry } = await fileOfPair(ct, 'the archive', stores);
    return dicomInputs([listed], () => archiveOf(store, entry, stores), niftiMask);
  }
  const folder = await stores.open(ct);
  const listing = await listingOf(folder);
  return dicomInputs(listedOf(listing), async () => unpackedStore(listedStore(folder, listing)), niftiMask);
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

async function dicomOfChild(
  { place, child }: Extract<PatientSource, { kind: 'child' }>,
  files: KnownFiles,
  stores: Stores,
): Promise<ReadableStore> {
  const store = await stores.open(place);
  if (child.kind === 'file') return archiveOf(store, child.entry, stores);
  const listing = files.map(({ entry }) => entry);
  return unpackedStore(await openPatient(listedStore(store, listing), child));
}

/** Where the names of files decide nothing, they do not count as inputs either: moving files makes nothing again. */
function listedByContent(files: KnownFiles): PatientInputs['listed'] {
  return files
    .map(({ entry: { bytes, version } }) => [bytes, version] as const)
    .sort(([a, v], [b, w]) => a - b || (v < w ? -1 : v > w ? 1 : 0));
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
  if (source.kind === 'pair') return inputsOfPair(source, stores);
  const files = known ?? (await listPatient(source, stores));
  const byHeader = source.kind === 'files' && source.named === 'header';
  const listed = byHeader ? listedByContent(files) : listedOf(files.map(({ entry }) => entry));
  // What is recorded besides the volumes is made anew where it changes.
  const marks = clinicalId === undefined ? [] : [['clinical id', clinicalId]];
  const dicom = (): Promise<ReadableStore> =>
    source.kind === 'child'
      ? dicomOfChild(source, files, stores)
      : runStore(files, source.runs, (place) => openRaw(place, stores));
  const where = masks ?? placeOf(source);
  const mask =
    sources.includes('NIFTI') && where !== ''
      ? await maskByPattern(where, name, niftiPatterns, stores)
      : undefined;
  return dicomInputs([...listed, ...marks], dicom, mask);
}
