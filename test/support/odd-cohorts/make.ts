import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import type { PatientPlan } from '../../../src/phantom/anatomy/plan.ts';
import { encodeSegmentation } from '../../../src/phantom/objects/seg-object.ts';
import { uidOf } from '../../../src/phantom/objects/uid.ts';
import {
  type Elements,
  elementsOf,
  fileOf,
  textOf,
  withItems,
  withUids,
  withValues,
} from '../dicom/edited-object.ts';
import { tgzOfFiles } from '../tar-archive.ts';
import { ibsiPhantom, numbersOf, renewed, storedPixels, studyOf, TAG } from './phantom-study.ts';

/** The patients of `layouts`, and their stages in `tables`. */
export const PATIENTS = { 'LUNG1-901': 'I', 'LUNG1-902': 'IIIa', 'LUNG1-903': 'IIIb' } as const;

function put(folder: string, key: string, content: Uint8Array | string): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const numbered = (i: number, digits = 3): string => String(i).padStart(digits, '0');

/** Objects as the files of a folder, in their order. */
function putFiles(folder: string, objects: readonly Elements[]): void {
  for (const [i, object] of objects.entries()) put(folder, `${numbered(i)}.dcm`, fileOf(object));
}

/** Where the tools that download DICOM put object `i` of patient `n`. */
const LAYOUTS: Record<string, (object: Elements, n: number, i: number) => string> = {
  nbia: (object, _, i) => {
    const [study, series] = [TAG.StudyInstanceUID, TAG.SeriesInstanceUID].map((tag) =>
      textOf(object, tag).slice(-5),
    );
    return `manifest-1/NSCLC-Radiomics/${textOf(object, TAG.PatientID)}/01-01-2014-StudyID-${study}/1.000000-${textOf(object, TAG.Modality)}-${series}/1-${numbered(i)}.dcm`;
  },
  idc: (object) =>
    `nsclc_radiomics/${textOf(object, TAG.PatientID)}/${textOf(object, TAG.StudyInstanceUID)}/${textOf(object, TAG.Modality)}_${textOf(object, TAG.SeriesInstanceUID)}/${textOf(object, TAG.SOPInstanceUID).slice(-36)}.dcm`,
  tcia_utils: (object, _, i) => `tciaDownload/${textOf(object, TAG.SeriesInstanceUID)}/1-${numbered(i)}.dcm`,
  heap: (object) => `${textOf(object, TAG.SOPInstanceUID)}.dcm`,
  media: (object, n, i) =>
    `DICOM/PA${numbered(n, 6)}/ST000000/SE${numbered(textOf(object, TAG.Modality) === 'CT' ? 0 : 1, 6)}/IM${numbered(i, 6)}`,
  xnat: (object, _, i) => {
    const id = textOf(object, TAG.PatientID);
    return `PROJ/${id}/${id}_CT1/SCANS/${textOf(object, TAG.Modality) === 'CT' ? 1 : 2}/DICOM/${numbered(i, 4)}.dcm`;
  },
};

const TABLES_BESIDE = ['nbia/manifest-1/metadata.csv', 'nbia/manifest-1/NSCLC-Radiomics/LICENSE'];

function layouts(out: string): void {
  for (const [n, id] of Object.keys(PATIENTS).entries()) {
    const { ct, structures } = studyOf(id);
    for (const [i, object] of [...ct, structures].entries()) {
      const bytes = fileOf(object);
      for (const [name, keyOf] of Object.entries(LAYOUTS)) put(join(out, name), keyOf(object, n, i), bytes);
    }
  }
  for (const key of [...TABLES_BESIDE, 'tcia_utils/tciaDownload/metadata.csv']) put(out, key, 'x\n');
}

/** A patient's files by name, below a folder. */
function packed(id: string, folder: string): Record<string, Uint8Array> {
  const { ct, structures } = studyOf(id);
  return Object.fromEntries(
    [...ct, structures].map((object, i) => [`${folder}/${numbered(i)}.dcm`, fileOf(object)]),
  );
}

function archives(out: string): void {
  put(out, 'LUNG1-901.tar.gz', tgzOfFiles(packed('LUNG1-901', 'LUNG1-901')));
  put(out, 'LUNG1-902/study.zip', zipSync(packed('LUNG1-902', 'study'), { level: 1 }));
}

/** Pixels to store in place of a slice's own. */
function withPixels(slice: Elements, pixels: Uint16Array): Elements {
  return withValues(slice, { [TAG.PixelData]: new Uint8Array(pixels.buffer) });
}

function phases(out: string): void {
  const { ct, structures } = ibsiPhantom();
  const first = ct.map((slice) => withValues(slice, { [TAG.AcquisitionNumber]: '1' }));
  const second = ct.map((slice) => {
    const denser = storedPixels(slice).map((stored) => (stored > 900 ? stored + 60 : stored));
    return withPixels(renewed(withValues(slice, { [TAG.AcquisitionNumber]: '2' })), denser);
  });
  putFiles(join(out, 'P'), [...first, ...second, structures]);
}

function passes(out: string): void {
  const { ct, structures } = ibsiPhantom();
  const first = ct.slice(0, 40).map((slice) => withValues(slice, { [TAG.AcquisitionNumber]: '1' }));
  const second = ct.slice(30).map((slice) => {
    const [x, y, z] = numbersOf(slice, TAG.ImagePositionPatient);
    return renewed(
      withValues(slice, {
        [TAG.AcquisitionNumber]: '2',
        [TAG.ImagePositionPatient]: [x, y, Number((z + 1.2).toFixed(6))].join('\\'),
      }),
    );
  });
  putFiles(join(out, 'P'), [...first, ...second, structures]);
}

/** A contour at 0.6 of its size about its middle, to a ten-thousandth of a mm. */
function shrunk(contour: Elements): Elements {
  const points = numbersOf(contour, TAG.ContourData);
  const middle = [0, 1].map((axis) => {
    const own = points.filter((_, i) => i % 3 === axis);
    return own.reduce((sum, mm) => sum + mm, 0) / own.length;
  });
  const smaller = points.map((mm, i) => (i % 3 === 2 ? mm : middle[i % 3] + (mm - middle[i % 3]) * 0.6));
  return withValues(contour, { [TAG.ContourData]: smaller.map((mm) => mm.toFixed(4)).join('\\') });
}

function revised(out: string): void {
  const { ct, structures } = ibsiPhantom();
  const old = renewed(withValues(structures, { [TAG.StructureSetDate]: '20100101' }));
  const again = withValues(renewed(structures), {
    [TAG.SeriesInstanceUID]: uidOf('odd cohorts', 'revised'),
    [TAG.StructureSetDate]: '20120101',
    [TAG.StructureSetLabel]: 'REVISED',
  });
  const small = withItems(again, TAG.ContourSequence, shrunk);
  putFiles(join(out, 'A'), [...ct, old, small]);
  putFiles(join(out, 'B'), [...ct, small, old]);
}

/** A box of pixels on some slices, and who drew it. */
interface Reading {
  readonly reader: number;
  readonly slices: readonly [from: number, to: number];
  readonly rows: readonly [from: number, to: number];
  readonly columns: readonly [from: number, to: number];
}

/** What a reader drew as a SEG of the phantom's CT, one segment of the label GTV-1. */
function segmentation({ reader, slices, rows, columns }: Reading): Elements {
  const { ct } = ibsiPhantom();
  const [originMm, second] = ct.map((slice) => numbersOf(slice, TAG.ImagePositionPatient));
  const [dy, dx] = numbersOf(ct[0], 0x00280030);
  const [height, width] = [0x00280010, 0x00280011].map((tag) =>
    Buffer.from(ct[0].get(tag) as Uint8Array).readUInt16LE(),
  );
  const geometry = {
    size: [width, height, ct.length],
    spacingMm: [dx, dy, second[2] - originMm[2]],
    originMm: originMm as [number, number, number],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  } as const;
  const data = new Uint8Array(width * height * ct.length);
  for (let k = slices[0]; k < slices[1]; k++)
    for (let j = rows[0]; j < rows[1]; j++)
      data.fill(1, (k * height + j) * width + columns[0], (k * height + j) * width + columns[1]);
  const written = encodeSegmentation(
    {
      plan: { patientId: '1', female: false, ageYears: 60, maskObject: 'SEG' } as PatientPlan,
      geometry,
      studyUid: textOf(ct[0], TAG.StudyInstanceUID),
      frameOfReferenceUid: textOf(ct[0], TAG.FrameOfReferenceUID),
      ctSeriesUid: textOf(ct[0], TAG.SeriesInstanceUID),
      sliceUids: ct.map((slice) => textOf(slice, TAG.SOPInstanceUID)),
      date: '20240101',
    },
    [
      {
        name: '',
        kind: 'tumour',
        type: ['86049000', 'GTV-1'],
        colour: [255, 0, 0],
        mask: { data, geometry },
      },
    ],
  );
  const seg = elementsOf(written);
  // The writer names object and series by the study alone.
  const own = [TAG.SOPInstanceUID, TAG.SeriesInstanceUID].map((tag) => textOf(seg, tag));
  return withUids(seg, new Map(own.map((uid) => [uid, uidOf(uid, 'reader', reader)])));
}

function readers(out: string): void {
  putFiles(join(out, 'P'), ibsiPhantom().ct);
  const drawn: Reading[] = [
    { reader: 0, slices: [20, 31], rows: [50, 90], columns: [60, 100] },
    { reader: 1, slices: [22, 33], rows: [52, 92], columns: [62, 102] },
  ];
  for (const reading of drawn) put(out, `P/seg${reading.reader}.dcm`, fileOf(segmentation(reading)));
}

/** The phantom with its pixels as 16 bits with a sign, each slice as `draw` changes it. */
function redrawn(out: string, draw: (pixels: Uint16Array, k: number) => void): void {
  const { ct, structures } = ibsiPhantom();
  const slices = ct.map((slice, k) => {
    const pixels = storedPixels(slice);
    draw(pixels, k);
    return withPixels(
      withValues(slice, { [TAG.PixelRepresentation]: 1, [TAG.BitsStored]: 16, [TAG.HighBit]: 15 }),
      pixels,
    );
  });
  putFiles(join(out, 'P'), [...slices, structures]);
}

const WIDTH = 204;

/** A screw of 3071 HU between streaks of -1000 HU. */
function metal(out: string): void {
  redrawn(out, (pixels, k) => {
    if (k < 20 || k >= 40) return;
    for (let row = 100; row < 112; row++) {
      pixels.fill(0, row * WIDTH + 116, row * WIDTH + 132);
      pixels.fill(4071, row * WIDTH + 120, row * WIDTH + 128);
    }
  });
}

/** Every 40th dense voxel 4096 too low. */
function wrapped(out: string): void {
  redrawn(out, (pixels) => {
    let dense = 0;
    for (let i = 0; i < pixels.length; i++) if (pixels[i] > 1050 && dense++ % 40 === 0) pixels[i] -= 4096;
  });
}

function tables(out: string): void {
  const rows = Object.entries(PATIENTS);
  const table = (header: string, line: (id: string, stage: string) => string): string =>
    [header, ...rows.map(([id, stage]) => line(id, stage))].map((text) => `${text}\n`).join('');
  const separated = (by: string): string =>
    table(`PatientID${by}age${by}Overall.Stage`, (id, stage) => [id, 60, stage].join(by));
  const files = {
    'semicolons.csv': separated(';'),
    'tabs.tsv': separated('\t'),
    'lower.csv': table('patientid,age,overall.stage', (id, stage) => `${id},60,${stage.toLowerCase()}`),
    'trailing-comma.csv': table('PatientID,age,Overall.Stage', (id, stage) => `${id},60,${stage},`),
    'substages.csv': 'PatientID,Overall.Stage\nLUNG1-901,Stage IA2\nLUNG1-902,Stage IIIA\nLUNG1-903,3b\n',
    'tcga.csv': table(
      'bcr_patient_barcode,ajcc_pathologic_tumor_stage',
      (id, stage) => `${id},Stage ${stage.toUpperCase()}`,
    ),
    'names.csv': table('Case ID,Pathological stage', (id, stage) => `${id},${stage}`),
    'ids-in-lower-case.csv': table('PatientID,Overall.Stage', (id, stage) => `${id.toLowerCase()},${stage}`),
  };
  for (const [name, text] of Object.entries(files)) put(out, name, text);
}

const MAKERS = { layouts, archives, phases, passes, revised, readers, metal, wrapped, tables };

/**
 * Writes small cohorts as real downloads and archives leave them, made of the phantom, each below a folder of its name. What
 * is right for each stands in `outcomes.ts`; test/reference holds the same of cohorts that pydicom and highdicom wrote.
 */
export function makeOddCohorts(out: string): void {
  for (const [name, make] of Object.entries(MAKERS)) make(join(out, name));
}
