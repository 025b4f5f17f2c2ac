import { counted } from '../../counted.ts';
import { messageOf, UsageError } from '../../errors.ts';
import { safeRoiName } from '../../privacy/roi-name.ts';
import { niftiStem, PAIRS_WAY } from './collection.ts';
import type { NamedLabel } from './tumour-labels.ts';

export const DATASET_FILE = 'dataset.json';

/** A case that `dataset.json` names, with its files relative to it. */
export interface ListedCase {
  readonly name: string;
  /** In the order of the channels. */
  readonly images: readonly string[];
  readonly label: string | undefined;
}

/** What `dataset.json` of nnU-Net (v1, v2) and of the Medical Segmentation Decathlon says. */
export interface DatasetJson {
  /** nnU-Net v2: `channel_names` or `file_ending` is there. */
  readonly second: boolean;
  /** Names of the channels by number; empty where there are none. */
  readonly channels: ReadonlyMap<number, string>;
  /** All that are above 0, but not nnU-Net's `ignore`. */
  readonly labels: readonly NamedLabel[];
  /** nnU-Net's `ignore`: what nobody has annotated. */
  readonly ignore: number | undefined;
  /** As `.nii.gz`; undefined where it is not told. */
  readonly fileEnding: string | undefined;
  /** The cases of `dataset` (nnU-Net v2) or `training` (the others); undefined where neither is there. */
  readonly cases: readonly ListedCase[] | undefined;
  /** How many images `test` lists. */
  readonly tests: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumeral = (text: unknown): text is string => typeof text === 'string' && /^\d+$/.test(text);

/** The number or numbers that a label of nnU-Net v2 stands for; undefined where it is none. */
function valuesOf(value: unknown): number[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).map((v) => (isNumeral(v) ? Number(v) : v));
  if (!all.every((v): v is number => Number.isSafeInteger(v) && (v as number) >= 0)) return undefined;
  return [...new Set(all)].filter((v) => v > 0).sort((a, b) => a - b);
}

/** Labels are `name: number` or `name: [numbers]` in nnU-Net v2, and `number: name` before it and in the Decathlon. */
function labelsOf(file: string, value: unknown): Pick<DatasetJson, 'labels' | 'ignore'> {
  if (value === undefined) return { labels: [], ignore: undefined };
  const wrong = (): UsageError =>
    new UsageError(
      `${file}: labels must be {"name": number} as in nnU-Net v2, or {"number": "name"} as in the Medical Segmentation Decathlon`,
    );
  if (!isObject(value)) throw wrong();
  const entries = Object.entries(value);
  const byNumber = entries.every(([key, name]) => isNumeral(key) && typeof name === 'string');
  const named = entries.map(([key, v]) => {
    const values = byNumber ? valuesOf(key) : valuesOf(v);
    if (values === undefined) throw wrong();
    return { name: byNumber ? (v as string) : key, values };
  });
  const ignored = byNumber ? undefined : named.find(({ name }) => name === 'ignore');
  return {
    labels: named.filter((label) => label !== ignored && label.values.length > 0),
    ignore: ignored?.values[0],
  };
}

function channelsOf(file: string, value: unknown): Map<number, string> {
  if (value === undefined) return new Map();
  const entries = Object.entries(typeof value === 'string' ? [value] : (value ?? []));
  if (!entries.every(([key, name]) => isNumeral(key) && typeof name === 'string'))
    throw new UsageError(`${file}: channel_names (modality in older files) must be like {"0": "CT"}`);
  return new Map(entries.map(([key, name]) => [Number(key), name as string]));
}

/** A path as `dataset.json` has it, without what leads nowhere. Throws a UsageError where it holds a variable. */
function pathOf(file: string, path: string): string {
  if (path.includes('$'))
    throw new UsageError(
      `${file}: names files by a variable of the environment ($...); write their paths, or ${PAIRS_WAY}`,
    );
  const plain = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part, i) => part !== '.' && (part !== '' || i === 0));
  return plain.join('/');
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((v) => typeof v === 'string' && v !== '');

function listedCases(file: string, { dataset, training }: JsonObject): ListedCase[] | undefined {
  const caseOf = (name: string, images: unknown, label: unknown): ListedCase => ({
    name,
    images: texts(images).map((path) => pathOf(file, path)),
    label: texts(label).map((path) => pathOf(file, path))[0],
  });
  if (isObject(dataset))
    return Object.entries(dataset).map(([name, value]) => {
      const { images, label } = isObject(value) ? value : {};
      return caseOf(name, images, label);
    });
  if (!Array.isArray(training)) return undefined;
  return training.filter(isObject).map(({ image, label }) => {
    const [first = ''] = texts(image);
    return caseOf(niftiStem(first), image, label);
  });
}

/**
 * Reads `dataset.json`. Where it lies beside no `imagesTr` (`sure` is false) it may be that of something else, and is
 * undefined unless it lists cases. Throws a UsageError naming the file where it cannot be used.
 */
export function parseDatasetJson(file: string, bytes: Uint8Array, sure: boolean): DatasetJson | undefined {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    if (!sure) return undefined;
    throw new UsageError(`${file}: is no valid JSON (${messageOf(cause)})`, { cause });
  }
  if (!isObject(json)) {
    if (!sure) return undefined;
    throw new UsageError(`${file}: is no JSON object`);
  }
  const cases = listedCases(file, json);
  if (cases === undefined && !sure) return undefined;
  return {
    second: 'channel_names' in json || 'file_ending' in json,
    channels: channelsOf(file, json.channel_names ?? json.modality),
    ...labelsOf(file, json.labels),
    fileEnding: typeof json.file_ending === 'string' ? json.file_ending : undefined,
    cases,
    tests: Array.isArray(json.test) ? json.test.length : 0,
  };
}

/** nnU-Net's names of a normalisation, in the place of a channel's name: what the channel shows they do not tell. */
const NORMALISATIONS = ['nonorm', 'zscore', 'rescale_to_0_1'];

const CT_WORDS = /^(ct|cta|ncct|cect|ldct|hrct|cbct|dect|tomography)$/;

function isCtName(name: string): boolean {
  const words: readonly string[] = name.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.some((word) => CT_WORDS.test(word)) && !words.includes('pet') && !words.includes('mri');
}

/** The channel that is the CT. */
export interface CtChannel {
  readonly channel: number;
  /** To be told; undefined where it is called CT and is the only one. */
  readonly note: string | undefined;
}

/**
 * The channel that is the CT by its name: the one called `CT`, else the one whose name has that for a word; of one alone
 * that is called by a normalisation of nnU-Net that one. Throws a UsageError where none is, or more than one may be.
 */
export function ctChannel(file: string, { channels }: DatasetJson): CtChannel {
  const shown = [...channels].map(([channel, name]) => `${channel} ${safeRoiName(name)}`).join('; ');
  const set = 'call the one that is CT in HU "CT" in channel_names (modality in older files)';
  if (channels.size === 0)
    throw new UsageError(
      `${file}: names no channel; write "channel_names": {"0": "CT"} where it is CT in HU`,
    );
  const named = [...channels].filter(([, name]) => name.trim().toLowerCase() === 'ct');
  const like = named.length > 0 ? named : [...channels].filter(([, name]) => isCtName(name));
  if (like.length > 1)
    throw new UsageError(
      `${file}: ${counted(like.length, 'channel')} may be the CT (${shown}); ${set} alone`,
    );
  if (like.length === 1) {
    const [channel, name] = like[0];
    const plain = channels.size === 1 && name === 'CT';
    return { channel, note: plain ? undefined : `of its channels (${shown}) the CT is ${channel}` };
  }
  const [only] = channels;
  if (channels.size === 1 && NORMALISATIONS.includes(only[1].toLowerCase()))
    return {
      channel: only[0],
      note: `its only channel is called ${only[1]}, by how nnU-Net is to normalise it: it is taken for CT in HU`,
    };
  throw new UsageError(`${file}: none of its channels is CT by its name (${shown}); ${set}`);
}
