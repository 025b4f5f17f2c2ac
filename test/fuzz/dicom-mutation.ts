import { deflateRawSync } from 'node:zlib';
import { Tag } from '../../src/dicom/file/part10.ts';
import type { RandomStream } from '../../src/phantom/drawing/random.ts';
import { damage, edgeNumber } from './damage.ts';
import { lengthField, type Site } from './sites.ts';

/** A DICOM file as the mutations see it. */
export interface Mutable {
  /** The bytes that `sites` refer to: the file, or the inflated data set of a deflated one. */
  readonly bytes: Uint8Array;
  readonly sites: readonly Site[];
  readonly bigEndian: boolean;
  /** What stands before a deflated data set. */
  readonly deflatedAfter?: Uint8Array;
}

type Mutation = (file: Mutable, site: Site, random: RandomStream) => Uint8Array;

function spliced(bytes: Uint8Array, start: number, end: number, ...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), ...parts, bytes.subarray(end)]);
}

function endOf({ dataOffset, length }: Site): number {
  return dataOffset + length;
}

function writeLength({ bytes, bigEndian }: Mutable, site: Site, length: number): void {
  const field = lengthField(site);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (field.at < 0 || field.at + field.bytes > bytes.length) return;
  if (field.bytes === 2) view.setUint16(field.at, length & 0xffff, !bigEndian);
  else view.setUint32(field.at, length >>> 0, !bigEndian);
}

/** Replaces the value of a site, and as a rule makes the lengths around it true again. */
function replaceValue(file: Mutable, site: Site, value: Uint8Array, random: RandomStream): Uint8Array {
  const copy: Mutable = { ...file, bytes: file.bytes.slice() };
  if (!site.undefinedLength) writeLength(copy, site, value.length);
  if (random.uniform() < 0.95) {
    const more = value.length - site.length;
    for (const outer of site.within)
      if (!outer.undefinedLength) writeLength(copy, outer, outer.length + more);
  }
  return spliced(copy.bytes, site.dataOffset, endOf(site), value);
}

/** Another run of bytes in place of a whole site, with the lengths around it kept true as a rule. */
function replaceSite(file: Mutable, site: Site, parts: Uint8Array[], random: RandomStream): Uint8Array {
  const copy: Mutable = { ...file, bytes: file.bytes.slice() };
  const more = parts.reduce((sum, part) => sum + part.length, 0) - (endOf(site) - site.start);
  if (random.uniform() < 0.95)
    for (const outer of site.within)
      if (!outer.undefinedLength) writeLength(copy, outer, outer.length + more);
  return spliced(copy.bytes, site.start, endOf(site), ...parts);
}

const falseLength: Mutation = (file, site, random) => {
  const copy = { ...file, bytes: file.bytes.slice() };
  const near = site.length + random.pick([-2, -1, 1, 2, 8, -8]);
  const rest = file.bytes.length - site.dataOffset;
  writeLength(copy, site, random.pick([near, near, rest, rest + 2, edgeNumber(random)]));
  return copy.bytes;
};

const undefinedLength: Mutation = (file, site) => {
  const copy = { ...file, bytes: file.bytes.slice() };
  writeLength(copy, site, 0xffffffff);
  return copy.bytes;
};

const TAGS = Object.values(Tag).map((tag) => Number.parseInt(tag.slice(1), 16));
const DELIMITERS = [0xfffee000, 0xfffee00d, 0xfffee0dd, 0x00020010, 0x00000000, 0xffffffff];

const otherTag: Mutation = ({ bytes, bigEndian }, { start }, random) => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  if (start < 0 || start + 4 > copy.length) return copy;
  const tag = random.pick([random.pick(TAGS), random.pick(DELIMITERS)]);
  view.setUint16(start, tag >>> 16, !bigEndian);
  view.setUint16(start + 2, tag & 0xffff, !bigEndian);
  return copy;
};

const VRS = ['SQ', 'UN', 'OB', 'OW', 'UT', 'US', 'DS', 'IS', 'LO', 'UI', 'OV', 'FD', 'AT', '\0\0', 'ZZ'];

const otherVr: Mutation = ({ bytes }, { start, vr }, random) => {
  const copy = bytes.slice();
  if (vr !== undefined) copy.set(Buffer.from(random.pick(VRS), 'latin1'), start + 4);
  return copy;
};

const duplicate: Mutation = (file, site, random) => {
  const self = file.bytes.subarray(site.start, endOf(site));
  const times = self.length < 4096 ? random.pick([2, 2, 3, 200]) : 2;
  return replaceSite(file, site, Array(times).fill(self), random);
};

const remove: Mutation = (file, site, random) => replaceSite(file, site, [], random);

const swap: Mutation = (file, site, random) => {
  const siblings = file.sites.filter((other) => other.within.at(-1) === site.within.at(-1));
  const other = random.pick(siblings);
  const [a, b] = [site, other].sort((p, q) => p.start - q.start);
  if (a === b || endOf(a) > b.start) return file.bytes.slice();
  const run = (from: number, to: number) => file.bytes.subarray(from, to);
  return spliced(
    file.bytes,
    a.start,
    endOf(b),
    run(b.start, endOf(b)),
    run(endOf(a), b.start),
    run(a.start, endOf(a)),
  );
};

const TEXTS = [
  '',
  ' ',
  '\\',
  '\\\\\\',
  '0',
  '-0',
  '1',
  '-1',
  '1e308',
  '-1e308',
  '1e-320',
  '1e400',
  'NaN',
  'Infinity',
  '0x10',
  '1.5.2',
  '65536',
  '2147483648',
  '4294967295',
  '9007199254740993',
  'CT',
  'SEG',
  'RTSTRUCT',
  'GTV-1',
  'CLOSED_PLANAR',
  'LABELMAP',
  'FRACTIONAL',
  'BINARY',
  '1\\0\\0\\0\\1\\0',
  '1\\0\\0\\1\\0\\0',
  '0\\0\\0\\0\\0\\0',
  '1e200\\0\\0\\0\\1e200\\0',
  '1e-200\\0\\0\\0\\1\\0',
  '0\\0\\0',
  '1e308\\1e308\\-1e308',
  '0\\0\\1e9',
  '1e-300\\1e-300',
  '1e300\\1e300',
  '0.001\\1000000',
];

function wordBytes(value: number, bytes: 2 | 4, bigEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 2) view.setUint16(0, value & 0xffff, !bigEndian);
  else view.setUint32(0, value >>> 0, !bigEndian);
  return new Uint8Array(view.buffer);
}

/** A value for an element in place of its own. */
function newValue({ vr, length }: Site, bigEndian: boolean, random: RandomStream): Uint8Array {
  const binary = ['US', 'SS', 'UL', 'AT'].includes(vr ?? '') || (vr === undefined && length === 2);
  if (binary || random.uniform() < 0.1) return wordBytes(edgeNumber(random), length === 4 ? 4 : 2, bigEndian);
  let text = random.pick(TEXTS);
  if (random.uniform() < 0.03) text = text.padEnd(random.integer(1, 60000), text === '' ? 'a' : text);
  if (random.uniform() < 0.9 && text.length % 2 === 1) text += ' ';
  return Buffer.from(text, 'latin1');
}

const otherValue: Mutation = (file, site, random) =>
  replaceValue(file, site, newValue(site, file.bigEndian, random), random);

/**
 * One element changed in the same way in several files, such as the slices of a series: what contradicts itself is found
 * out early, what agrees is believed.
 */
export function changeEverywhere(files: readonly Mutable[], random: RandomStream): Uint8Array[] {
  const [first] = files;
  if (first.sites.length === 0) return files.map(({ bytes }) => bytes);
  const site = pickSite(first.sites, random);
  const value = newValue(site, first.bigEndian, random);
  return files.map((file) => {
    const same = file.sites.find(({ tag, kind }) => tag === site.tag && kind === site.kind);
    if (same === undefined) return file.bytes;
    return repacked(file, replaceValue(file, same, value, random), random);
  });
}

/** One of the numbers of a multi-valued text, such as a point of Contour Data. */
const otherNumber: Mutation = (file, site, random) => {
  const values = Buffer.from(file.bytes.subarray(site.dataOffset, endOf(site)))
    .toString('latin1')
    .split('\\');
  values[random.integer(0, values.length - 1)] = random.pick(TEXTS);
  return replaceValue(file, site, Buffer.from(values.join('\\'), 'latin1'), random);
};

const damageValue: Mutation = (file, site, random) => {
  const value = file.bytes.subarray(site.dataOffset, Math.min(endOf(site), file.bytes.length));
  return replaceValue(file, site, damage(value, random), random);
};

/** Sequences within sequences (DICOM PS3.5 7.5), of undefined length, with and without their ends. */
const nest: Mutation = ({ bytes }, { start, vr }, random) => {
  const depth = random.pick([3, 40, 3000]);
  const opening = `08001511${vr === undefined ? '' : '53510000'}fffffffffeff00e0ffffffff`;
  const closing = 'feff0de000000000feffdde000000000';
  const closed = random.uniform() < 0.7 ? closing.repeat(depth) : '';
  return spliced(bytes, start, start, Buffer.from(opening.repeat(depth) + closed, 'hex'));
};

const MUTATIONS: readonly (readonly [weight: number, Mutation])[] = [
  [2, falseLength],
  [1, undefinedLength],
  [2, otherTag],
  [2, otherVr],
  [2, duplicate],
  [2, remove],
  [2, swap],
  [8, otherValue],
  [3, otherNumber],
  [4, damageValue],
  [0.5, nest],
];
const TOTAL = MUTATIONS.reduce((sum, [weight]) => sum + weight, 0);

function pickMutation(random: RandomStream): Mutation {
  let at = random.uniform() * TOTAL;
  for (const [weight, mutation] of MUTATIONS) {
    at -= weight;
    if (at < 0) return mutation;
  }
  return MUTATIONS[0][1];
}

/** Elements that decide what is read and how, more worth changing than the rest. */
const WEIGHTY = new Set<string>(Object.values(Tag));

function pickSite(sites: readonly Site[], random: RandomStream): Site {
  let site = random.pick(sites);
  for (let tries = 0; tries < 3 && !WEIGHTY.has(site.tag); tries++) site = random.pick(sites);
  return site;
}

/** The whole file of a changed data set. */
function repacked({ deflatedAfter }: Mutable, changed: Uint8Array, random: RandomStream): Uint8Array {
  if (deflatedAfter === undefined) return new Uint8Array(changed);
  const whole = Buffer.concat([deflatedAfter, deflateRawSync(changed)]);
  return random.uniform() < 0.1 ? damage(whole, random) : new Uint8Array(whole);
}

/** A DICOM file changed once, within its structure as a rule, else blindly. */
export function mutateDicom(file: Mutable, random: RandomStream): Uint8Array {
  const blind = file.sites.length === 0 || random.uniform() < 0.15;
  const changed = blind
    ? damage(file.bytes, random)
    : pickMutation(random)(file, pickSite(file.sites, random), random);
  return repacked(file, changed, random);
}
