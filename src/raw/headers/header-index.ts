import { hash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { inFlight } from '../../storage/in-flight.ts';
import type { Entry, ReadableStore, Store } from '../../storage/store.ts';
import { type Look, lookAt, type NoLook } from './look.ts';

/**
 * A file to look at, and the store that it lies in. `place`: which of several places of raw data, with its name: another place may
 * have files of the same names, sizes and times.
 */
export interface Sight {
  readonly store: ReadableStore;
  readonly place: string;
  readonly entry: Entry;
}

const KINDS = ['ct', 'mask', 'other'] as const;
const NAMINGS = ['', 'uid', 'digits'] as const;

/** Beside the volumes of convert; gzip of JSON. */
export const INDEX_FILE = 'raw-index.json.gz';

const indexSchema = z.strictObject({
  format: z.literal(1),
  /** By what patients are named in it; of another naming nothing is known again. */
  naming: z.string(),
  /** Patients by number: Patient ID and issuer as outputs may hold them. */
  patients: z.array(z.tuple([z.string(), z.string()])),
  /** Hashes of studies and series by number. */
  studies: z.array(z.string()),
  series: z.array(z.string()),
  /** Hash of place, name, size and version; then patient, removed, kind, study, series, instance, naming; or none. */
  files: z.array(
    z.union([
      z.tuple([
        z.string(),
        z.int(),
        z.int(),
        z.int(),
        z.int(),
        z.int(),
        z.union([z.number(), z.null()]),
        z.int(),
      ]),
      z.tuple([z.string(), z.enum(['no-dicom', 'damaged'])]),
    ]),
  ),
});

function hashOf({ place, entry: { key, bytes, version } }: Sight): string {
  const what = `${place}\n${key}\n${bytes}\n${version}`;
  return hash('sha256', what, 'base64').slice(0, 22);
}

/** Numbers for texts that occur often. */
class Numbered {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.#numbers.set(text, number);
      this.texts.push(text);
    }
    return number;
  }
}

/**
 * What headers told, by the name, size and version of the file, so that none is read twice. It names patients as outputs do:
 * `known` and what is encoded hold no other Patient ID.
 */
export class HeaderIndex {
  readonly #known: ReadonlyMap<string, Look | NoLook>;
  readonly #used = new Map<string, Look | NoLook>();
  /** Headers that were read, as they were not known. */
  read = 0;

  constructor(known: ReadonlyMap<string, Look | NoLook> = new Map()) {
    this.#known = known;
  }

  /** What the headers of files tell, in their order; `named` turns what a header says into what may be kept. */
  async look(sights: readonly Sight[], named: (look: Look) => Look): Promise<(Look | NoLook)[]> {
    return inFlight(sights, async (sight) => {
      const known = hashOf(sight);
      let look = this.#known.get(known) ?? this.#used.get(known);
      if (look === undefined) {
        this.read++;
        const seen = await lookAt(sight.store, sight.entry);
        look = typeof seen === 'string' ? seen : named(seen);
      }
      this.#used.set(known, look);
      return look;
    });
  }

  /** Leaves what was told for the next run; nothing is written where nothing has changed. */
  async keep(
    store: Pick<Store, 'write'> | undefined,
    naming: string,
    mayName: (look: Look) => boolean,
  ): Promise<void> {
    if (store === undefined || (this.read === 0 && this.#used.size === this.#known.size)) return;
    await store.write(INDEX_FILE, this.encode(naming, mayName));
  }

  /** As a file; nothing of what was known and is no longer there, nor of patients that may not be named. */
  encode(naming: string, mayName: (look: Look) => boolean): Uint8Array {
    const [patients, studies, series] = [new Numbered(), new Numbered(), new Numbered()];
    // In an order that does not tell which answers came first.
    const kept = [...this.#used]
      .filter(([, look]) => typeof look === 'string' || mayName(look))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const files = kept.map(([hash, look]) => {
      if (typeof look === 'string') return [hash, look];
      const patient = patients.numberOf(JSON.stringify([look.patientId, look.issuer]));
      return [
        hash,
        patient,
        Number(look.identityRemoved),
        KINDS.indexOf(look.kind),
        studies.numberOf(look.study),
        series.numberOf(look.series),
        Number.isFinite(look.instance) ? look.instance : null,
        NAMINGS.indexOf(look.folderNames),
      ];
    });
    return gzipSync(
      JSON.stringify({
        format: 1,
        naming,
        patients: patients.texts.map((text) => JSON.parse(text)),
        studies: studies.texts,
        series: series.texts,
        files,
      }),
    );
  }
}

function decode(bytes: Uint8Array, naming: string): Map<string, Look | NoLook> | undefined {
  const index = indexSchema.parse(JSON.parse(gunzipSync(bytes).toString()));
  if (index.naming !== naming) return undefined;
  const known = new Map<string, Look | NoLook>();
  for (const file of index.files) {
    if (file.length === 2) {
      known.set(file[0], file[1]);
      continue;
    }
    const [hash, patient, removed, kind, study, series, instance, folderNames] = file;
    const [patientId, issuer] = index.patients[patient];
    known.set(hash, {
      patientId,
      issuer,
      identityRemoved: removed === 1,
      kind: KINDS[kind],
      study: index.studies[study],
      series: index.series[series],
      instance: instance ?? Number.NaN,
      folderNames: NAMINGS[folderNames],
    });
  }
  return known;
}

/** The index that the last run left in a store; an empty one where there is none that can be used. */
export async function readHeaderIndex(
  store: Pick<Store, 'read'> | undefined,
  naming: string,
): Promise<HeaderIndex> {
  const bytes = await store?.read(INDEX_FILE);
  if (bytes === undefined) return new HeaderIndex();
  try {
    return new HeaderIndex(decode(bytes, naming));
  } catch {
    return new HeaderIndex();
  }
}
