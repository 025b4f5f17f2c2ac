import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { parsePart10, Tag, text } from '../../../src/dicom/file/part10.ts';
import { temporaryFolder } from '../cli.ts';
import { filesInZip, shared } from '../shared-data.ts';
import { tarOfFiles, tgzOfFiles } from '../tar-archive.ts';

export const LUNG1 = ['LUNG1-001', 'LUNG1-002'] as const;

/** Tags that only names of folders and files need. */
const STUDY_DATE = 'x00080020';
const ACCESSION_NUMBER = 'x00080050';

/** A DICOM file of a real patient, and what layouts name it by. */
interface RealFile {
  /** Where it was unpacked. */
  readonly path: string;
  /** As TCIA's REST interface packs it: PATIENT/STUDY/SERIES/1-001.dcm. */
  readonly key: string;
  readonly patient: string;
  /** Among the patients, the series of the patient, and the files of the series, each from 0. */
  readonly patientNumber: number;
  readonly seriesOfPatient: number;
  readonly number: number;
  readonly modality: string;
  /** YYYYMMDD. */
  readonly studyDate: string;
  readonly accession: string;
  readonly study: string;
  readonly series: string;
  readonly seriesNumber: string;
  readonly instance: string;
}

/** Where a layout puts a file. */
type KeyOf = (file: RealFile) => string;

const numbered = (n: number, digits: number): string => String(n).padStart(digits, '0');

/** The last part of a key. */
const fileName = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

function realFile(folder: string, key: string, bytes: Uint8Array, patientNumber: number) {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  const { dataset } = parsePart10(key, bytes)!;
  return {
    path,
    key,
    patient: LUNG1[patientNumber],
    patientNumber,
    modality: text(dataset, Tag.Modality),
    studyDate: text(dataset, STUDY_DATE),
    accession: text(dataset, ACCESSION_NUMBER),
    study: text(dataset, Tag.StudyInstanceUID),
    series: text(dataset, Tag.SeriesInstanceUID),
    seriesNumber: text(dataset, Tag.SeriesNumber),
    instance: text(dataset, Tag.SOPInstanceUID),
  };
}

let unpacked: readonly RealFile[] | undefined;

/** The files of both patients, unpacked once for all layouts, which link to them. */
function realFiles(): readonly RealFile[] {
  if (unpacked !== undefined) return unpacked;
  const folder = temporaryFolder();
  unpacked = LUNG1.flatMap((patient, patientNumber) => {
    const files = filesInZip(shared('lung1', `${patient}.zip`)).map(({ name, bytes }) =>
      realFile(folder, name, bytes, patientNumber),
    );
    const bySeries = [...Map.groupBy(files, ({ series }) => series).values()];
    return bySeries.flatMap((own, seriesOfPatient) =>
      own.map((file, number) => ({ ...file, seriesOfPatient, number })),
    );
  });
  return unpacked;
}

/** Files linked into a new folder, by their keys in it. */
function linked(keyOf: KeyOf, which: readonly RealFile[] = realFiles()): string {
  const folder = temporaryFolder();
  for (const file of which) {
    const path = join(folder, keyOf(file));
    mkdirSync(dirname(path), { recursive: true });
    linkSync(file.path, path);
  }
  return folder;
}

/** The content of files by their keys, for an archive. */
function contents(keyOf: KeyOf, which: readonly RealFile[] = realFiles()): Record<string, Uint8Array> {
  return Object.fromEntries(which.map((file) => [keyOf(file), readFileSync(file.path)]));
}

/** A folder of archives and other files by name. */
function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}

const ofPatient = (patient: string): RealFile[] => realFiles().filter((file) => file.patient === patient);

const tree: KeyOf = ({ key }) => key;

/** The NBIA Data Retriever in its descriptive layout. */
const nbia: KeyOf = ({ patient, studyDate, study, seriesNumber, modality, series, key }) => {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(studyDate)!;
  const digits = (uid: string): string => uid.slice(-5);
  return `manifest-1603198545583/NSCLC-Radiomics/${patient}/${month}-${day}-${year}-NA-${digits(study)}/${seriesNumber}.000000-${modality === 'CT' ? 'NA' : 'RTstruct'}-${digits(series)}/${fileName(key)}`;
};

/** `idc download`: files go by a UUID, which tells nothing of their order. */
const idc: KeyOf = ({ patient, study, modality, series, instance }) => {
  const hex = createHash('sha256').update(instance).digest('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return `nsclc_radiomics/${patient}/${study}/${modality}_${series}/${uuid.join('-')}.dcm`;
};

const tciaUtils: KeyOf = ({ series, key }) => `tciaDownload/${series}/${fileName(key)}`;

const heap: KeyOf = ({ instance }) => `${instance}.dcm`;

/** A DICOM file-set as media hold it (DICOM PS3.10 8.2): eight capital letters and digits at most. */
const media: KeyOf = ({ patientNumber, seriesOfPatient, number }) =>
  `DICOM/PA${numbered(patientNumber, 6)}/ST000000/SE${numbered(seriesOfPatient, 6)}/IM${numbered(number, 6)}`;

const xnat: KeyOf = ({ patient, seriesNumber, key }) =>
  `LUNG/${patient}/${patient}_CT1/SCANS/${seriesNumber}/DICOM/${fileName(key)}`;

/** The archives of Orthanc: Patient ID and name, accession number and description, modality and description, a counter. */
const orthanc: KeyOf = ({ patient, accession, modality, number }) =>
  `${patient} ${patient}/${accession || 'Unknown Study'}/${modality}/${modality.slice(0, 2)}${numbered(number, 6)}.dcm`;

export interface Lung1Layout {
  readonly name: string;
  /** Lays both patients out and gives the places that RAW may point at, the outermost first. */
  readonly make: () => readonly string[];
  /** What patients are called at places, by their number, where folders name them otherwise than their Patient IDs do. */
  readonly folderNames?: Readonly<Record<number, readonly string[]>>;
}

/** A layout as a folder tree, with what else lies there, and how deep RAW may point. */
function asTree(
  name: string,
  keyOf: KeyOf,
  inner: readonly string[] = [],
  beside: readonly string[] = [],
): Lung1Layout {
  return {
    name,
    make: () => {
      const top = linked(keyOf);
      for (const key of beside) writeFileSync(join(top, key), 'no DICOM\n');
      return [top, ...inner.map((folder) => join(top, folder))];
    },
  };
}

/** A layout as one file of a folder; RAW may point at either. */
function asArchive(name: string, file: string, pack: () => Uint8Array): Lung1Layout {
  return {
    name,
    make: () => {
      const folder = folderOf({ [file]: pack() });
      return [folder, join(folder, file)];
    },
  };
}

/** Files as a zip, stored as they are unless a level of deflate is given. */
function zipped(keyOf: KeyOf, which?: readonly RealFile[], level: 0 | 1 = 0): Uint8Array {
  return zipSync(contents(keyOf, which), { level });
}

const MANIFEST = 'manifest-1603198545583';

/** An archive each by its name, in a folder. */
function asArchives(
  name: string,
  keyOf: (id: string) => string,
  pack: (id: string) => Uint8Array,
): Lung1Layout {
  return { name, make: () => [folderOf(Object.fromEntries(LUNG1.map((id) => [keyOf(id), pack(id)])))] };
}

/** Some of the layouts, for a test that takes seconds. */
export const FEW_LAYOUTS: readonly Lung1Layout[] = [
  asTree('a heap', heap),
  asArchive('zips in a tar', 'cohort.tar', () =>
    tarOfFiles(
      Object.fromEntries(LUNG1.map((id) => [`${id}.zip`, readFileSync(shared('lung1', `${id}.zip`))])),
    ),
  ),
];

/** Both patients as programs that download, export and pack leave them, in all other layouts. */
export const MORE_LAYOUTS: readonly Lung1Layout[] = [
  asTree(
    'NBIA Data Retriever',
    nbia,
    [`${MANIFEST}/NSCLC-Radiomics`],
    [`${MANIFEST}/metadata.csv`, `${MANIFEST}/NSCLC-Radiomics/LICENSE`],
  ),
  asTree('idc download', idc, ['nsclc_radiomics']),
  asTree('tcia_utils', tciaUtils, ['tciaDownload'], ['tciaDownload/metadata.csv']),
  { ...asTree('a DICOM medium', media, ['DICOM']), folderNames: { 1: ['PA000000', 'PA000001'] } },
  asTree('XNAT', xnat, ['LUNG']),
  {
    ...asArchive('an archive of Orthanc', 'Archive.zip', () => zipped(orthanc, undefined, 1)),
    folderNames: { 1: LUNG1.map((id) => `${id} ${id}`) },
  },
  asArchive('a zip of both', 'download.zip', () => zipped(tree)),
  { name: 'a tar of both', make: () => [folderOf({ 'download.tar': tarOfFiles(contents(tree)) })] },
  asArchives(
    'a tar.gz each',
    (id) => `${id}.tar.gz`,
    (id) => tgzOfFiles(contents(nbia, ofPatient(id))),
  ),
  {
    name: 'a tgz of both',
    make: () => [folderOf({ 'download.tgz': tgzOfFiles(contents(tree)) })],
  },
  asArchives(
    "a zip in each patient's folder",
    (id) => `${id}/study.zip`,
    (id) => zipped(media, ofPatient(id)),
  ),
  {
    name: 'two places by a list',
    make: () => {
      const first = join(linked(nbia, ofPatient(LUNG1[0])), MANIFEST, 'NSCLC-Radiomics');
      const second = { [`two/${LUNG1[1]}.zip`]: readFileSync(shared('lung1', `${LUNG1[1]}.zip`)) };
      const list = `# one place a line\n${first}\ntwo\n`;
      return [join(folderOf({ ...second, 'places.txt': list }), 'places.txt')];
    },
  },
];
