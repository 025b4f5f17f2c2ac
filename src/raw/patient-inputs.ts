import type { Config } from '../config/schema.ts';
import { CaseExclusion } from '../errors.ts';
import { isNiftiName } from '../records/pairs.ts';
import { displayUri } from '../storage/location.ts';
import type { Stores } from '../storage/open.ts';
import { openPatient } from '../storage/patient-store.ts';
import type { Child, Entry, ReadableStore, Store } from '../storage/store.ts';
import { listedStore } from '../storage/view.ts';
import { zipStore } from '../storage/zip/zip.ts';
import type { CollectedRefusal } from './nifti-collections/collection.ts';
import { fileVanished } from './patient-files.ts';
import type { RawPatient } from './patients.ts';

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
export type Listing = readonly Entry[];

async function listingOf(store: ReadableStore, prefix = ''): Promise<Listing> {
  const listing: Entry[] = [];
  for await (const entry of store.list(prefix)) listing.push(entry);
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
function inputsOfRefused({ code, message }: CollectedRefusal): PatientInputs {
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
  const folder = await stores.open(ct);
  const listing = await listingOf(folder);
  return {
    listed: [...listedOf(listing), ...masked],
    dicom: async () => listedStore(folder, listing),
    niftiCt: undefined,
    niftiMask: niftiMask?.read,
  };
}

/** The listing of a patient that is a child of the raw data. */
export async function listChild(store: Store, child: Child): Promise<Listing> {
  return child.kind === 'file' ? [child.entry] : listingOf(store, `${child.name}/`);
}

async function inputsOfChild(
  raw: string,
  child: Child,
  stores: Stores,
  known: Listing | undefined,
): Promise<PatientInputs> {
  const store = await stores.open(raw);
  const listing = known ?? (await listChild(store, child));
  return {
    listed: listedOf(listing),
    dicom: async () => {
      const files = await openPatient(listedStore(store, listing), child);
      return child.kind === 'file' ? stores.archive(files) : files;
    },
    niftiCt: undefined,
    niftiMask: undefined,
  };
}

/**
 * What there is to read of a patient, with masks that lie apart: `masks` is where `mask.niftiPatterns` are looked up if
 * NIFTI is among `mask.sources`, '' nowhere. Nothing but listings is read yet, and not that of a folder or archive whose
 * listing is `known`.
 */
export async function patientInputs(
  { name, source }: RawPatient,
  raw: string,
  masks: string,
  { sources, niftiPatterns }: Config['mask'],
  stores: Stores,
  known?: Listing,
): Promise<PatientInputs> {
  if (source.kind === 'refused') return inputsOfRefused(source);
  if (source.kind === 'pair') return inputsOfPair(source.ct, source.mask, stores);
  const inputs =
    source.kind === 'itself'
      ? await inputsOfPair(raw, '', stores)
      : await inputsOfChild(raw, source.child, stores, known);
  if (!sources.includes('NIFTI') || masks === '') return inputs;
  const mask = await maskByPattern(masks, name, niftiPatterns, stores);
  return mask === undefined
    ? inputs
    : { ...inputs, listed: [...inputs.listed, mask.listed], niftiMask: mask.read };
}
