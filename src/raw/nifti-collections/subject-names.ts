import { baseName, niftiStem } from './collection.ts';
import { meansTumour } from './tumour-labels.ts';

/* Names of files below `sub-*` folders: `sub-ID[_ses-ID][_KEY-VALUE...]_SUFFIX.nii.gz`, as BIDS has them, and plainer ones. */

/** What a volume is by its name. */
export interface SubjectVolume {
  readonly key: string;
  /** `image` says nowhere what it is; `no-ct` is an image of another kind. */
  readonly role: 'ct' | 'image' | 'no-ct' | 'mask' | 'probability';
  /** `KEY: VALUE` of the source: without those by which derivatives differ from it. Those of the folders count too. */
  readonly entities: ReadonlyMap<string, string>;
  /** The space that a derivative lies in; '' for that of its source. */
  readonly space: string;
  /** Parts of the name that are no `KEY-VALUE`, in small letters. */
  readonly words: readonly string[];
  /** What a mask shows, by `label-`, `desc-` and words; empty where its name does not say. */
  readonly shows: readonly string[];
  /** Whether `label-` says it. */
  readonly labelled: boolean;
}

/** Entities of derivatives (BIDS, "Derivatives: Imaging data types"): what they were made from does not have them. */
const DERIVED = new Set(['space', 'res', 'den', 'label', 'desc', 'atlas', 'seg', 'scale', 'hemi', 'roi']);

/** Values of `space-` that mean that of the image itself. */
const OWN_SPACE = /^(|orig|native|individual|scanner|ct)$/i;

const CT = /^(ct|cta|ncct|cect|ldct|hrct|cbct)$/;

/** Suffixes of BIDS and words for images that are no CT. */
const NO_CT =
  /^(t[12]w?|pdw?|t[12]star|t2starw|flair|inplanet[12]|[mrt][12]?map|r[12]star|bold|sbref|cbv|dwi|adc|dti|asl|m0scan|pet|suv|epi|fieldmap|phase(diff|[12])?|magnitude[12]?|mr|mri|us|xr|cxr|dx|nm|spect|defacemask)$/;

const MASK =
  /^(masks?|dseg|segs?|segmentations?|segm|rois?|labels?|labelmap|contours?|annotations?|annot|gt|groundtruth)$/;

const PROBABILITY = /^(probseg|probs?|probabilit(y|ies)|softmax)$/;

/** BIDS' own abbreviation of Lesion ("Common image-derived labels"). */
const LESION = 'L';

const smaller = (text: string): string => text.toLowerCase();

/** An index without leading zeros: `run-01` is `run-1`. */
const indexOrText = (value: string): string => (/^\d+$/.test(value) ? String(Number(value)) : value);

function roleOf(words: readonly string[], labelled: boolean): SubjectVolume['role'] {
  if (words.some((word) => PROBABILITY.test(word))) return 'probability';
  if (labelled || words.some((word) => MASK.test(word) || meansTumour(word))) return 'mask';
  if (words.some((word) => CT.test(word))) return 'ct';
  return words.some((word) => NO_CT.test(word)) ? 'no-ct' : 'image';
}

/** `KEY-VALUE` of a part of a name; `GTV-1` is none but a word. */
function entityOf(part: string): readonly [name: string, value: string] | undefined {
  const [, name, value] = /^([A-Za-z0-9]+)-(.*)$/.exec(part) ?? [];
  return name === undefined || meansTumour(name) ? undefined : [smaller(name), value];
}

/** What the name of a volume below a `sub-*` folder says; `key` from the place whose folders are `sub-*`. */
export function subjectVolume(key: string): SubjectVolume {
  const parts = niftiStem(key).split('_');
  const folders = key.slice(0, -baseName(key).length).split('/');
  const pairs = [...folders.filter((part) => /^(sub|ses)-./.test(part)), ...parts]
    .map(entityOf)
    .filter((pair) => pair !== undefined);
  const own = new Map(pairs);
  const words = parts.filter((part) => part !== '' && entityOf(part) === undefined).map(smaller);
  const label = own.get('label') === LESION ? 'lesion' : own.get('label');
  const shows = [label, own.get('desc'), ...words.filter((word) => !MASK.test(word) && !CT.test(word))];
  return {
    key,
    role: roleOf(words, label !== undefined),
    entities: new Map(
      pairs.filter(([name]) => !DERIVED.has(name)).map(([name, value]) => [name, indexOrText(value)]),
    ),
    space: OWN_SPACE.test(own.get('space') ?? '') ? '' : own.get('space')!,
    words,
    shows: shows.filter((text) => text !== undefined),
    labelled: label !== undefined,
  };
}

/** Whether no entity that both have differs, and the mask lies in the image's space. */
function mayBelong(mask: SubjectVolume, image: SubjectVolume): boolean {
  if (mask.space !== '' && mask.space !== image.space) return false;
  return [...mask.entities].every(([name, value]) => (image.entities.get(name) ?? value) === value);
}

/** Whether they have the same entities. */
const sameEntities = (mask: SubjectVolume, image: SubjectVolume): boolean =>
  mayBelong(mask, image) &&
  mask.entities.size === image.entities.size &&
  [...mask.entities.keys()].every((name) => image.entities.has(name));

/**
 * The images that a mask may have been drawn on: those of the same entities, and among them those all of whose words its
 * own name has. Where no image has its entities, all that none of them contradicts.
 */
export function imagesOf(mask: SubjectVolume, images: readonly SubjectVolume[]): SubjectVolume[] {
  const same = images.filter((image) => sameEntities(mask, image));
  const may = same.length > 0 ? same : images.filter((image) => mayBelong(mask, image));
  const named = may.filter(
    ({ words }) => words.length > 0 && words.every((word) => mask.words.includes(word)),
  );
  if (named.length > 0) return named;
  // A word for another kind of image: the mask was drawn on one that is not here, or on one of that kind.
  return mask.words.some((word) => NO_CT.test(word)) ? may.filter(({ role }) => role === 'no-ct') : may;
}
