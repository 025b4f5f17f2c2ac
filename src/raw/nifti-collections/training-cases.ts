import { niftiStem } from './collection.ts';
import type { CtChannel, DatasetJson, ListedCase } from './dataset-json.ts';

/* Which image has which mask, by the names of the files and by dataset.json. */

export const IMAGES = 'imagesTr';
export const LABELS = 'labelsTr';
export const TESTS = 'imagesTs';

/** The folders of a data set. nnU-Net passes over those of test cases. */
export const OF_TRAINING_SET: ReadonlySet<string> = new Set([IMAGES, LABELS, TESTS, 'labelsTs']);

/** The end of the name of an nnU-Net image: the number of its channel. */
const CHANNEL = /^(.+)_(\d{4})$/;

/** The case that an image's name tells, with or without the number of a channel. */
export const caseName = (key: string): string => CHANNEL.exec(niftiStem(key))?.[1] ?? niftiStem(key);

/** An image by its file's name. */
interface NamedImage {
  readonly key: string;
  readonly name: string;
  /** Undefined where the name holds none. */
  readonly channel: number | undefined;
}

/**
 * Images by their names. Whether these end in the number of a channel: in nnU-Net v2 they do, unless every mask is called
 * as its image is. Before it and in the Decathlon they do not where `listed` holds an image as it is called: a case may be
 * called lung_0001.
 */
function namedImages(
  images: readonly string[],
  masks: ReadonlySet<string>,
  second: boolean,
  listed: ReadonlySet<string>,
): NamedImage[] {
  const stems = images.map(niftiStem);
  const alike = stems.filter((stem) => masks.has(stem)).length;
  const channelled = second
    ? alike < stems.length
    : alike === 0 && stems.every((stem) => CHANNEL.test(stem)) && !images.some((key) => listed.has(key));
  return images.map((key, i) => {
    const [, name, channel] = (channelled && CHANNEL.exec(stems[i])) || [];
    return { key, name: name ?? stems[i], channel: channel === undefined ? undefined : Number(channel) };
  });
}

/** Files that may be a case's CT and its mask: one of each is needed. */
export interface Case {
  readonly name: string;
  readonly cts: readonly string[];
  readonly masks: readonly string[];
  /** A file that `dataset.json` names is not there. */
  readonly absent?: boolean;
}

/** What lies in `imagesTr` and `labelsTr`. */
interface Found {
  readonly root: string;
  readonly images: ReadonlyMap<string, readonly NamedImage[]>;
  readonly imageOf: ReadonlyMap<string, NamedImage>;
  readonly masks: ReadonlyMap<string, readonly string[]>;
  readonly maskKeys: ReadonlySet<string>;
}

const ctsOf = (images: readonly NamedImage[], { channel }: CtChannel): string[] =>
  images.filter((image) => image.channel === undefined || image.channel === channel).map(({ key }) => key);

/**
 * A case as `dataset.json` lists it. nnU-Net v1 lists `imagesTr/CASE.nii.gz` where `imagesTr/CASE_0000.nii.gz` lies.
 * `channels`: how many there are.
 */
function listedCase(one: ListedCase, found: Found, ct: CtChannel, channels: number): Case {
  const { images, label } = one;
  const path = images.length > 1 ? images[ct.channel] : images[0];
  const key = path === undefined ? undefined : keyBelow(found.root, path);
  const image = key === undefined ? undefined : found.imageOf.get(key);
  const within = path?.startsWith(`${IMAGES}/`) ?? false;
  const byName = within && image === undefined ? found.images.get(one.name) : undefined;
  const name = image !== undefined && one.name === niftiStem(image.key) ? image.name : one.name;
  const mask = label === undefined ? undefined : keyBelow(found.root, label);
  const withoutMask =
    mask !== undefined && (label?.startsWith(`${LABELS}/`) ?? false) && !found.maskKeys.has(mask);
  // One image of several channels: which of them it is, its name alone tells.
  const another = images.length === 1 && channels > 1 && image?.channel !== ct.channel;
  return {
    name,
    cts: byName ? ctsOf(byName, ct) : key === undefined || another ? [] : [key],
    masks: mask === undefined ? (found.masks.get(name) ?? []) : [mask],
    absent: withoutMask || (within && image === undefined && byName === undefined),
  };
}

/** A path of `dataset.json` from the place; one that is absolute stays. */
const keyBelow = (root: string, path: string): string => (path.startsWith('/') ? path : `${root}${path}`);

/**
 * The cases of a data set: those that `dataset.json` lists, and all others of which `imagesTr` holds an image.
 * `channelled`: the names of images hold numbers of channels.
 *
 * @param images keys of the volumes in `imagesTr`, which lies at `root`
 * @param masks keys of those in `labelsTr`
 */
export function trainingCases(
  root: string,
  json: DatasetJson,
  images: readonly string[],
  masks: readonly string[],
  ct: CtChannel,
): { readonly cases: readonly Case[]; readonly channelled: boolean } {
  const stems = Map.groupBy(masks, niftiStem);
  const keys = (json.cases ?? []).flatMap((one) => one.images.map((path) => keyBelow(root, path)));
  const named = namedImages(images, new Set(stems.keys()), json.second, new Set(keys));
  const found: Found = {
    root,
    images: Map.groupBy(named, ({ name }) => name),
    imageOf: new Map(named.map((image) => [image.key, image])),
    masks: stems,
    maskKeys: new Set(masks),
  };
  const listed = (json.cases ?? []).map((one) => listedCase(one, found, ct, json.channels.size));
  const taken = new Set(listed.flatMap(({ cts }) => cts));
  const names = new Set(listed.map(({ name }) => name));
  const others = [...found.images]
    .filter(([name, all]) => !names.has(name) && !all.some(({ key }) => taken.has(key)))
    .map(([name, all]): Case => ({ name, cts: ctsOf(all, ct), masks: stems.get(name) ?? [] }));
  const several = (json.cases ?? []).some((one) => one.images.length > 1);
  const channelled = several || named.some(({ channel }) => channel !== undefined);
  return { cases: [...listed, ...others], channelled };
}
