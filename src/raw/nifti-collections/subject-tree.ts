import { counted } from '../../counted.ts';
import { inFlight } from '../../storage/in-flight.ts';
import type { Child, Store } from '../../storage/store.ts';
import {
  type CollectedPair,
  type CollectedPatient,
  isHidden,
  isVolumeKey,
  type LabelRules,
  type NiftiCollection,
  PAIRS_WAY,
} from './collection.ts';
import { DATASET_FILE, parseDatasetJson } from './dataset-json.ts';
import { labelTableOf, parseLabelTable, type TablesByFolder, tablesByFolder } from './label-table.ts';
import { imagesOf, type SubjectVolume, subjectVolume } from './subject-names.ts';
import { chooseByName, type NamedLabel, tumourLabels } from './tumour-labels.ts';

/* Trees of `sub-*` folders with CT and mask as NIfTI: BIDS and what is like it. */

const DERIVATIVES = 'derivatives';

/** Folders of a BIDS data set beside its subjects; they are no patients. */
const OF_BIDS = new Set([DERIVATIVES, 'sourcedata', 'rawdata', 'code', 'stimuli', 'phenotype']);

export const isSubject = (name: string): boolean => /^sub-./.test(name);

/** Names that DICOM files and archives of them have: a folder with one is read as DICOM. */
const MAY_BE_DICOM = /(\.(dcm|dicom|ima|zip|tar|tgz|tar\.gz)|(^|\/)[^/.]+|\.\d+)$/i;

/** Texts that need no ending. */
const NO_DICOM = /(^|\/)(readme|changes|license)$/i;

/** Subjects looked at before all are listed: of a cohort of DICOM no more are. */
const PROBED = 8;

/** The keys of a subject's files; undefined where it holds no NIfTI volume, or what may be DICOM. */
async function niftiSubject(store: Store, subject: string): Promise<string[] | undefined> {
  const keys: string[] = [];
  for await (const { key } of store.list(`${subject}/`)) {
    if (isHidden(key)) continue;
    if (MAY_BE_DICOM.test(key) && !NO_DICOM.test(key)) return undefined;
    keys.push(key);
  }
  return keys.some(isVolumeKey) ? keys : undefined;
}

/** The files of every subject whose data are NIfTI; empty where none of the first looked at is. */
async function niftiSubjects(store: Store, subjects: readonly string[]): Promise<Map<string, string[]>> {
  const step = Math.ceil(subjects.length / PROBED);
  const probed = await inFlight(
    subjects.filter((_, i) => i % step === 0),
    (subject) => niftiSubject(store, subject),
  );
  if (probed.every((keys) => keys === undefined)) return new Map();
  const all = await inFlight(
    subjects,
    async (subject) => [subject, await niftiSubject(store, subject)] as const,
  );
  return new Map(all.flatMap(([subject, keys]) => (keys === undefined ? [] : [[subject, keys]])));
}

async function keysBelow(store: Store, folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(`${folder}/`)) if (!isHidden(key)) keys.push(key);
  return keys;
}

/** How a subject's pair was found, for the lines about all of them. */
interface FoundPair {
  readonly name: string;
  readonly source: CollectedPatient['source'];
  /** How the mask was chosen among several. */
  readonly why?: string;
  /** CTs and masks that were left out. */
  readonly left?: number;
}

function pairOf(name: string, volumes: readonly SubjectVolume[], rules: LabelRules): FoundPair {
  const refused = (code: string, message: string): FoundPair => ({
    name,
    source: { kind: 'refused', code, message },
  });
  const having = (...roles: SubjectVolume['role'][]): SubjectVolume[] =>
    volumes.filter(({ role }) => roles.includes(role));
  const [masks, images] = [having('mask'), having('ct', 'image', 'no-ct')];
  const cts = having('ct').length > 0 ? having('ct') : having('image');
  if (cts.length === 0)
    return refused(
      'no-ct-series',
      images.length > 0
        ? `none of its images (${images.length}) is a CT by its name: call the CT ..._ct.nii.gz, or ${PAIRS_WAY}`
        : `has ${counted(masks.length, 'NIfTI mask')} and no CT`,
    );
  const found = masks.map((mask) => ({ mask, images: imagesOf(mask, images) }));
  const pairs = cts
    .map((ct) => ({ ct, masks: found.flatMap((one) => (one.images.includes(ct) ? [one.mask] : [])) }))
    .filter((pair) => pair.masks.length > 0);
  if (pairs.length === 0)
    return refused(
      'no-mask-object',
      masks.length === 0
        ? `has no mask beside its CT or in ${DERIVATIVES}: call it as the CT, with _mask, _dseg or _seg at the end`
        : `has ${counted(masks.length, 'mask that belongs', 'masks that belong')} to no CT by name: ${PAIRS_WAY}`,
    );
  const [{ ct, masks: its }] = pairs;
  if (pairs.length > 1)
    return refused(
      'ambiguous-pair',
      `has ${pairs.length} CTs with masks (sessions, runs or kinds of scan), and one is needed: ${PAIRS_WAY} with the one wanted`,
    );
  const named = chooseByName(its, ({ shows }) => shows, rules);
  const [mask, ...more] = named?.chosen ?? its;
  if (more.length > 0)
    return refused(
      'ambiguous-pair',
      `has ${its.length} masks of its CT, and which is the tumour cannot be told from their names: set mask.roiNames, or ${PAIRS_WAY} with the one wanted`,
    );
  if (named === undefined && mask.labelled)
    return refused(
      'no-tumor-roi',
      `has one mask, whose label- means no tumour and matches none of mask.roiNames: set mask.roiNames, or ${PAIRS_WAY}`,
    );
  return {
    name,
    source: { kind: 'pair', ct: ct.key, mask: mask.key },
    ...(its.length > 1 && { why: named!.why }),
    left: cts.length - 1 + masks.length - 1,
  };
}

/** Tells the labels of masks by the tables and the `dataset.json` of the tree, reading each once. */
async function labelled(
  store: Store,
  pairs: readonly FoundPair[],
  tables: TablesByFolder,
  hasDatasetJson: boolean,
  rules: LabelRules,
): Promise<{ patients: CollectedPatient[]; notes: string[] }> {
  const general = hasDatasetJson ? await store.read(DATASET_FILE) : undefined;
  const ofAll = general && parseDatasetJson(`${store.uri}/${DATASET_FILE}`, general, true)?.labels;
  const tableOf = new Map<FoundPair, string | undefined>();
  for (const pair of pairs)
    if (pair.source.kind === 'pair') tableOf.set(pair, labelTableOf(pair.source.mask, tables));
  const keys = [...new Set(tableOf.values())].filter((key) => key !== undefined);
  const read = await inFlight(keys, async (key): Promise<[string, readonly NamedLabel[]]> => {
    // The name of a subject's own table may identify it.
    const file =
      isSubject(key.split('/')[0]) || /(^|\/)sub-/.test(key)
        ? `a subject's table of labels`
        : `${store.uri}/${key}`;
    return [key, parseLabelTable(file, (await store.read(key)) ?? new Uint8Array(0))];
  });
  const names = new Map(read);
  const whys = new Map<string, number>();
  const patients = pairs.map((pair): CollectedPatient => {
    const { name, source } = pair;
    if (source.kind === 'refused' || rules.labels.length > 0) return { name, source };
    const table = tableOf.get(pair);
    const own = table === undefined ? ofAll : names.get(table);
    const told = own && tumourLabels(table === undefined ? DATASET_FILE : 'a table of labels', own, rules);
    const why = told
      ? `label ${told.why}`
      : 'every label above 0, as no table names them: set mask.labels where it is not';
    whys.set(why, (whys.get(why) ?? 0) + 1);
    const taken: CollectedPair = { ...source, ...(told && { labels: told.labels }) };
    return { name, source: taken };
  });
  if (rules.labels.length > 0)
    return { patients, notes: [`tumour is label ${rules.labels.join(', ')}, by mask.labels`] };
  return { patients, notes: [...whys].map(([why, n]) => `of ${counted(n, 'subject')} tumour is ${why}`) };
}

/**
 * The subjects of a tree of `sub-*` folders whose files are NIfTI: each with the one CT that has a mask by its name, beside
 * it or below `derivatives`. A subject with several is refused; one whose folder holds DICOM is left to be a patient of
 * its own. Undefined where no subject holds NIfTI. Throws a UsageError where the tumour's label cannot be told.
 */
export async function subjectTree(
  store: Store,
  children: readonly Child[],
  rules: LabelRules,
): Promise<NiftiCollection | undefined> {
  const folders = children.flatMap((child) => (child.kind === 'folder' ? [child.name] : []));
  const files = children.flatMap((child) => (child.kind === 'file' ? [child.entry.key] : []));
  const subjects = folders.filter(isSubject);
  if (subjects.length === 0) return undefined;
  const trees = await niftiSubjects(store, subjects);
  if (trees.size === 0) return undefined;
  const derived = folders.includes(DERIVATIVES) ? await keysBelow(store, DERIVATIVES) : [];
  const masks = derived
    .filter(isVolumeKey)
    .map(subjectVolume)
    .filter(({ role }) => role === 'mask');
  const subjectOf = (key: string): string | undefined => key.split('/').slice(0, -1).find(isSubject);
  const masksOf = Map.groupBy(masks, ({ key }) => subjectOf(key));
  const pairs = [...trees].map(([name, keys]) =>
    pairOf(name, [...keys.filter(isVolumeKey).map(subjectVolume), ...(masksOf.get(name) ?? [])], rules),
  );
  const tables = tablesByFolder(
    [...files, ...derived, ...[...trees.values()].flat()].filter((key) => /\.tsv$/i.test(key)),
  );
  const { patients, notes } = await labelled(store, pairs, tables, files.includes(DATASET_FILE), rules);
  const strays = [...masksOf]
    .filter(([name]) => name === undefined || !trees.has(name))
    .flatMap(([, all]) => all);
  const left = pairs.filter((pair) => (pair.left ?? 0) > 0).length;
  return {
    patients,
    notes: [
      `${store.uri} is a tree of sub-* folders with NIfTI: ${counted(trees.size, 'subject')}`,
      ...notes,
      ...[...Map.groupBy(pairs, ({ why }) => why)].flatMap(([why, of]) =>
        why === undefined
          ? []
          : [`of ${counted(of.length, 'subject')} with several masks one was taken: ${why}`],
      ),
      ...(left === 0 ? [] : [`of ${counted(left, 'subject')} other CTs or masks are left out`]),
      ...(strays.length === 0
        ? []
        : [`${counted(strays.length, 'mask')} in ${DERIVATIVES} without a subject left out`]),
      ...(files.includes('participants.tsv')
        ? ['participants.tsv may be the clinical table (--clinical)']
        : []),
    ],
    rest: children.filter(
      (child) => child.kind === 'folder' && !trees.has(child.name) && !OF_BIDS.has(child.name),
    ),
  };
}
