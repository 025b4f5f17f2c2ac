import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Segment } from '../../src/dicom/derived/segment.ts';
import { encodeStructureSet } from '../../src/dicom/derived/structure-set.ts';
import { parsePart10 } from '../../src/dicom/file/part10.ts';
import { type SlicePlane, slicePlane } from '../../src/dicom/series/slice-plane.ts';
import { stackSlices } from '../../src/dicom/series/stack.ts';
import { temporaryFolder } from '../support/cli.ts';
import { ctSliceBytes } from '../support/dicom/ct-files.ts';
import { axial, type Placement, positionOf } from '../support/dicom/made-planes.ts';
import { tumour } from '../support/dicom/made-segments.ts';
import { ctPlanes, stackRules } from '../support/dicom/real-stack.ts';
import { compareMasks, filesInZip, hasSharedData, nrrdMask, shared } from '../support/shared-data.ts';
import { ODD_SHAPES, rectangles } from '../support/volumes/slice-masks.ts';
import { runPython } from './python.ts';

/** Debian's packages of these names, dcmdump in dcmtk and dciodvfy in dicom3tools. */
function has(program: string, ...args: string[]): boolean {
  const found = spawnSync(program, args).error === undefined;
  if (!found) process.stderr.write(`no ${program} on the PATH: the tests that need it are skipped\n`);
  return found;
}

const hasPlastimatch = has('plastimatch', '--version');
const hasDciodvfy = has('dciodvfy', '-version');
const hasDcmdump = has('dcmdump', '--version');

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A CT in a folder of its own, and labels on its slices. */
interface Study {
  readonly ct: string;
  readonly slices: readonly SlicePlane[];
  readonly labels: Uint8Array;
  readonly segments: readonly Segment[];
}

function studyOf(
  files: readonly Uint8Array[],
  labels: Uint8Array,
  segments: readonly Segment[],
  slices: readonly SlicePlane[],
): Study {
  const folder = temporaryFolder();
  folders.push(folder);
  const ct = join(folder, 'ct');
  mkdirSync(ct);
  files.forEach((bytes, i) => {
    writeFileSync(join(ct, `${String(i).padStart(4, '0')}.dcm`), bytes);
  });
  return { ct, slices, labels, segments };
}

function lung1Study(patient: string, change: (x: number, y: number) => boolean): Study {
  const files = filesInZip(shared('lung1', `${patient}.zip`));
  const { slices } = stackSlices(ctPlanes(files), stackRules);
  const labels = nrrdMask(shared('lung1-masks', patient, 'plastimatch-2020', 'GTV-1.nrrd'));
  const { columns, rows } = slices[0];
  for (let i = 0; i < labels.length; i++)
    if (labels[i] !== 0 && !change(i % columns, Math.floor(i / columns) % rows)) labels[i] = 0;
  const names = new Set(slices.map(({ file }) => file.name));
  const bytes = files.filter(({ name }) => names.has(name)).map((file) => file.bytes);
  return studyOf(bytes, labels, [tumour(1, { name: 'GTV-1' }), tumour(2, { name: 'nothing' })], slices);
}

const SIZE = 64;

/** Odd shapes and drawn ones, as labels of their own side by side; the same on every slice, moved by a pixel. */
function madeLabels(slices: number): { labels: Uint8Array; segments: Segment[] } {
  const shapes = [...Object.values(ODD_SHAPES), ...fc.sample(rectangles, { seed: 16, numRuns: 40 })];
  const labels = new Uint8Array(slices * SIZE * SIZE);
  let [left, top, height, used] = [0, 0, 0, 0];
  for (const { columns, rows, mask } of shapes) {
    if (!mask.includes(1)) continue;
    if (left + columns + 1 > SIZE) [left, top, height] = [0, top + height + 1, 0];
    if (top + rows + 1 > SIZE) break;
    used++;
    for (let k = 0; k < slices; k++)
      for (let i = 0; i < mask.length; i++) {
        const [x, y] = [left + (i % columns) + (k & 1), top + Math.floor(i / columns)];
        if (mask[i] === 1) labels[(k * SIZE + y) * SIZE + x] = used;
      }
    left += columns + 1;
    height = Math.max(height, rows);
  }
  return {
    labels,
    segments: Array.from({ length: used }, (_, i) => tumour(i + 1, i === 0 ? LUNG : {})),
  };
}

/** With all that a segment may tell of itself. */
const LUNG: Partial<Segment> = {
  description: 'As the model sees it',
  category: { value: '123037004', scheme: 'SCT', meaning: 'Anatomical Structure' },
  type: { value: '39607008', scheme: 'SCT', meaning: 'Lung' },
  typeModifiers: [{ value: '7771000', scheme: 'SCT', meaning: 'Left' }],
  regions: [{ value: '51185008', scheme: 'SCT', meaning: 'Chest' }],
  regionModifiers: [{ value: '7771000', scheme: 'SCT', meaning: 'Left' }],
  algorithm: { type: 'SEMIAUTOMATIC', name: 'Region growing', version: '2' },
};

function madeStudy(orientation: Pick<Placement, 'row' | 'column'>): Study {
  const placement: Placement = {
    ...axial,
    ...orientation,
    originMm: [-101.3, -207.77, 33.1],
    columns: SIZE,
    rows: SIZE,
    spacingMm: [0.7, 0.9],
    heightsMm: [0, 2.5, 5, 7.5],
  };
  const { row, column, spacingMm, heightsMm } = placement;
  const files = heightsMm.map((_, k) =>
    ctSliceBytes({
      StudyInstanceUID: '2.25.3000',
      StudyDate: '20200102',
      StudyTime: '101500',
      StudyID: '1',
      ContentDate: '20200102',
      PatientID: 'P1',
      PatientName: 'Doe^Jane',
      InstanceNumber: k + 1,
      ImagePositionPatient: positionOf(placement, k),
      ImageOrientationPatient: [...row, ...column],
      Rows: SIZE,
      Columns: SIZE,
      PixelSpacing: [spacingMm[1], spacingMm[0]],
      SliceThickness: 2.5,
      PixelData: new Uint8Array(2 * SIZE * SIZE),
    }),
  );
  const slices = files.map((bytes, k) => slicePlane({ file: parsePart10(`${k}`, bytes)!, frame: 0 })!);
  const { labels, segments } = madeLabels(files.length);
  return studyOf(files, labels, segments, slices);
}

/** Writes the structure set of a study beside its CT, and gives its file. */
function written({ ct, slices, labels, segments }: Study, holes: 'keyhole' | 'separate'): string {
  const rules = { seriesDescription: 'Prediction', seriesNumber: 400, creator: 'Doe^Jane', holes };
  const { bytes } = encodeStructureSet({ slices, spacingMm: undefined }, labels, segments, rules);
  const file = join(ct, '..', `${holes}.dcm`);
  writeFileSync(file, bytes);
  return file;
}

const maskOf = ({ labels }: Study, label: number) => labels.map((value) => (value === label ? 1 : 0));

/** Voxels of each label. */
function counts({ labels, segments }: Study): number[] {
  const voxels = new Array<number>(segments.length).fill(0);
  for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) voxels[labels[i] - 1]++;
  return voxels;
}

function run(program: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw error ?? new Error(`${program} ended with code ${status}: ${stderr.slice(-2000)}`);
  return `${stdout}\n${stderr}`;
}

const turned = (angle: number) => [Math.cos(angle), Math.sin(angle)] as const;
const [c, s] = turned(0.3);

/** Each made when it is first asked for: the files of a patient are some 70 MB. */
const STUDIES: Readonly<Record<string, () => Study>> = {
  ...(hasSharedData && {
    'GTV-1 of LUNG1-001': () => lung1Study('LUNG1-001', () => true),
    'GTV-1 of LUNG1-002': () => lung1Study('LUNG1-002', () => true),
    'GTV-1 of LUNG1-001 full of holes': () =>
      lung1Study('LUNG1-001', (x, y) => !(x % 5 === 0 && y % 3 === 0) && !(x % 11 < 4 && y % 13 < 5)),
  }),
  'odd shapes, head first': () => madeStudy({ row: [1, 0, 0], column: [0, 1, 0] }),
  'odd shapes, feet first': () => madeStudy({ row: [-1, 0, 0], column: [0, 1, 0] }),
  'odd shapes, prone': () => madeStudy({ row: [-1, 0, 0], column: [0, -1, 0] }),
  'odd shapes, coronal': () => madeStudy({ row: [1, 0, 0], column: [0, 0, -1] }),
  'odd shapes, turned within the plane': () => madeStudy({ row: [c, s, 0], column: [-s, c, 0] }),
  'odd shapes, oblique': () => madeStudy({ row: [1, 0, 0], column: [0, c, s] }),
};

const made = new Map<string, Study>();
function study(name: string): Study {
  const known = made.get(name) ?? STUDIES[name]();
  made.set(name, known);
  return known;
}

/** What dciodvfy warns of, and why that stays. */
const WARNINGS: readonly (readonly [warning: RegExp, why: string])[] = [
  [/needed to build DICOMDIR - Study ID$/, 'the CT has none, and the element may be empty (type 2)'],
  [/needed to build DICOMDIR - Study Time$/, 'the CT has none, and the element may be empty (type 2)'],
  [/PN Patient's Name .* - Retired Person Name form$/, 'copied as the CT has it: one component without ^'],
];

/** dicom3tools of 2022 does not know this type yet (DICOM PS3.3 C.8.8.6.3, of a later year). */
const UNKNOWN_TYPE = /^Error - Unrecognized enumerated value <CLOSEDPLANAR_XOR> for value 1/;

describe.each(Object.keys(STUDIES))('%s', (name) => {
  test.runIf(hasPlastimatch)('plastimatch draws every ROI as it was, voxel by voxel', () => {
    const { ct, segments } = study(name);
    const voxels = counts(study(name));
    const out = join(ct, '..', 'plastimatch');
    run('plastimatch', [
      'convert',
      ...['--input', written(study(name), 'keyhole'), '--referenced-ct', ct],
      ...['--output-prefix', out, '--prefix-format', 'nrrd'],
    ]);
    for (const [i, { label, name: roi }] of segments.entries()) {
      // An ROI without contours leaves no file.
      expect(existsSync(join(out, `${roi}.nrrd`))).toBe(voxels[i] > 0);
      if (voxels[i] === 0) continue;
      const drawn = nrrdMask(join(out, `${roi}.nrrd`));
      expect([roi, compareMasks(drawn, maskOf(study(name), label))]).toEqual([
        roi,
        { differing: 0, voxels: voxels[i] },
      ]);
    }
  });

  test.runIf(hasDciodvfy)('dciodvfy finds no error, and warns of nothing but what is listed', () => {
    for (const holes of ['keyhole', 'separate'] as const) {
      // dciodvfy ends with an error code where it finds one.
      const { stdout, stderr } = spawnSync('dciodvfy', [written(study(name), holes)], {
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
      });
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
      expect(lines).toContain('RTStructureSet');
      const others = lines.filter(
        (line) =>
          line !== 'RTStructureSet' &&
          !WARNINGS.some(([warning]) => warning.test(line)) &&
          !(holes === 'separate' && UNKNOWN_TYPE.test(line)),
      );
      expect(others).toEqual([]);
    }
  });

  test.runIf(hasDcmdump)('dcmdump reads it to its end', () => {
    const file = written(study(name), 'separate');
    const contours = run('dcmdump', ['+P', '3006,0042', file]).match(/CLOSED/g) ?? [];
    expect(contours.length).toBeGreaterThan(0);
    expect(run('dcmdump', ['+P', '300e,0002', file])).toContain('[UNAPPROVED]');
  });

  test.each(['keyhole', 'separate'] as const)(
    'pydicom reads polygons as large as the masks: holes %s',
    async (holes) => {
      const { segments, slices } = study(name);
      const [dx, dy] = slices[0].spacingMm;
      const rois = JSON.parse(await runPython('read_structure_set.py', [written(study(name), holes)]));
      expect(rois.map((roi: { name: string }) => roi.name)).toEqual(segments.map((segment) => segment.name));
      const voxels = counts(study(name));
      rois.forEach(({ areaMm2, types }: { areaMm2: number; types: Record<string, number> }, i: number) => {
        expect(areaMm2 / (dx * dy)).toBeCloseTo(voxels[i], 4);
        expect(Object.keys(types)).toHaveLength(voxels[i] > 0 ? 1 : 0);
        if (holes === 'keyhole') expect(types.CLOSEDPLANAR_XOR).toBeUndefined();
      });
    },
  );
});

describe.runIf(hasSharedData)('LUNG1-001 full of holes', () => {
  test('dcmrtstruct2nii draws the same voxels', async () => {
    const holed = study('GTV-1 of LUNG1-001 full of holes');
    const out = join(holed.ct, '..');
    await runPython(
      'draw_structure_set.py',
      [written(holed, 'keyhole'), holed.ct, out],
      'requirements-structure-set.txt',
    );
    const drawn = new Uint8Array(readFileSync(join(out, 'GTV-1.raw')));
    expect(compareMasks(drawn, holed.labels)).toEqual({ differing: 0, voxels: counts(holed)[0] });
  });

  test.runIf(hasPlastimatch)(
    'holes that are contours of their own are not for plastimatch, which leaves them out',
    () => {
      const holed = study('GTV-1 of LUNG1-001 full of holes');
      const out = join(holed.ct, '..', 'separate');
      const args = ['--referenced-ct', holed.ct, '--output-prefix', out, '--prefix-format', 'nrrd'];
      run('plastimatch', ['convert', '--xor-contours', '--input', written(holed, 'separate'), ...args]);
      expect(existsSync(join(out, 'GTV-1.nrrd'))).toBe(false);
    },
  );
});
