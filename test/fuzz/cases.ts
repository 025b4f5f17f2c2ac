import { inflateRawSync } from 'node:zlib';
import { type DicomFile, parsePart10 } from '../../src/dicom/file/part10.ts';
import { type RandomStream, randomStream } from '../../src/phantom/drawing/random.ts';
import type { NamedBytes } from '../support/shared-data.ts';
import { damage } from './damage.ts';
import { changeEverywhere, type Mutable, mutateDicom } from './dicom-mutation.ts';
import { sitesOf } from './sites.ts';
import { allSubjects, type Subject } from './subjects.ts';

/** One damaged subject. */
export interface FuzzCase {
  readonly subject: Subject;
  readonly files: readonly NamedBytes[];
  /** Names of the files that are not as they were. */
  readonly changed: ReadonlySet<string>;
  readonly random: RandomStream;
}

function mutableOf(file: DicomFile, whole: Uint8Array): Mutable {
  const { byteArray } = file.dataset;
  const bigEndian = file.transferSyntaxUid === '1.2.840.10008.1.2.2';
  const sites = sitesOf(file);
  if (file.transferSyntaxUid !== '1.2.840.10008.1.2.1.99') return { bytes: whole, sites, bigEndian };
  // The data set was inflated; what stands before its deflated bytes is found by trying.
  for (let at = 132; at < Math.min(whole.length, 2048); at += 2) {
    try {
      if (inflateRawSync(whole.subarray(at)).length === byteArray.length)
        return { bytes: new Uint8Array(byteArray), sites, bigEndian, deflatedAfter: whole.subarray(0, at) };
    } catch {
      // Not here.
    }
  }
  return { bytes: whole, sites: [], bigEndian };
}

function parsed(bytes: Uint8Array): DicomFile | undefined {
  try {
    return parsePart10('', bytes);
  } catch {
    return undefined;
  }
}

const STRAYS: readonly Uint8Array[] = [
  new Uint8Array(0),
  new Uint8Array(1),
  new Uint8Array(300),
  Buffer.from('Patient was moved to the other ward.\n'.repeat(20)),
  Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]),
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  Buffer.from('0800050043530a0049534f5f495220313030', 'hex'),
];

/** Files of a patient that come, go and change names. */
function mutateFolder(files: NamedBytes[], random: RandomStream): NamedBytes[] {
  const at = random.integer(0, files.length - 1);
  const rest = files.filter((_, i) => i !== at);
  switch (random.integer(0, 4)) {
    case 0:
      return rest;
    case 1:
      return [...files, { name: `copy of ${files[at].name}`, bytes: files[at].bytes }];
    case 2:
      return [...files, { name: 'stray', bytes: random.pick(STRAYS) }];
    case 3:
      return [...rest, { name: files[at].name, bytes: random.pick(STRAYS) }];
    default:
      return random.shuffled(files);
  }
}

/** Makes the cases of a seed: any of them alone, always the same. */
export class CaseMaker {
  readonly #subjects: readonly Subject[];
  readonly #mutables = new Map<Uint8Array, Mutable | undefined>();
  readonly #total: number;

  private constructor(subjects: readonly Subject[]) {
    this.#subjects = subjects;
    this.#total = subjects.reduce((sum, { weight }) => sum + weight, 0);
  }

  static async create(): Promise<CaseMaker> {
    return new CaseMaker(await allSubjects());
  }

  make(seed: number, index: number): FuzzCase {
    const random = randomStream('fuzz', seed, index);
    const subject = this.#pick(random);
    const files = [...subject.files];
    const together = subject.kind === 'study' && random.uniform() < 0.3;
    if (together) this.#changeSlices(files, random);
    for (let rounds = random.pick(together ? [0, 0, 1] : [1, 1, 1, 2, 3]); rounds > 0; rounds--) {
      const at = random.integer(0, files.length - 1);
      const { name, bytes } = files[at];
      files[at] = { name, bytes: this.#mutated(bytes, subject, random) };
    }
    const folder = subject.kind === 'study' && random.uniform() < 0.1 ? mutateFolder(files, random) : files;
    const own = new Set(subject.files.map((file) => file.bytes));
    const changed = new Set(folder.filter(({ bytes }) => !own.has(bytes)).map(({ name }) => name));
    return { subject, files: folder, changed, random };
  }

  /** Changes an element or two in all files of a series alike. */
  #changeSlices(files: NamedBytes[], random: RandomStream): void {
    for (let rounds = random.pick([1, 1, 2]); rounds > 0; rounds--) {
      const mutables = files.map(({ bytes }) => this.#mutableOf(bytes));
      const some = mutables.findIndex((mutable) => mutable !== undefined);
      if (some < 0) return;
      const slices = mutables.flatMap((mutable, i) =>
        mutable !== undefined && Math.abs(mutable.bytes.length - mutables[some]!.bytes.length) < 4096
          ? [i]
          : [],
      );
      const changed = changeEverywhere(
        slices.map((i) => mutables[i]!),
        random,
      );
      slices.forEach((i, n) => {
        files[i] = { name: files[i].name, bytes: changed[n] };
      });
    }
  }

  #pick(random: RandomStream): Subject {
    let at = random.uniform() * this.#total;
    for (const subject of this.#subjects) {
      at -= subject.weight;
      if (at < 0) return subject;
    }
    return this.#subjects[0];
  }

  #mutated(bytes: Uint8Array, { kind }: Subject, random: RandomStream): Uint8Array {
    if (kind === 'archive' || kind === 'nifti') return damage(bytes, random);
    if (random.uniform() < 0.02) {
      const other = random.pick(random.pick(this.#subjects).files).bytes;
      return random.uniform() < 0.5 ? other : new Uint8Array(Buffer.concat([bytes, other]));
    }
    const mutable = this.#mutableOf(bytes);
    return mutable === undefined ? damage(bytes, random) : mutateDicom(mutable, random);
  }

  /** Where the elements of a file are; kept for the subjects' own. */
  #mutableOf(bytes: Uint8Array): Mutable | undefined {
    if (this.#mutables.has(bytes)) return this.#mutables.get(bytes);
    const file = parsed(bytes);
    const mutable = file && mutableOf(file, bytes);
    if (this.#subjects.some(({ files }) => files.some((own) => own.bytes === bytes)))
      this.#mutables.set(bytes, mutable);
    return mutable;
  }
}
