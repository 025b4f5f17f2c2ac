import type { DicomFile } from '../../../src/dicom/file/part10.ts';
import { dicomObject, type Element } from './dicom-object.ts';

/** An image of a made series. */
export interface MadeImage {
  readonly heightMm: number;
  /** What all its pixels hold, in HU. */
  readonly hu: number;
  readonly uid?: string;
  /** What tells scans apart, or does not. */
  readonly more?: readonly Element[];
}

export const SERIES_UID = '2.25.77';

/** Columns and rows, of 1 mm. */
const SIDE = 8;

let instances = 0;

/** An axial CT image of 8x8 pixels at `[0, 0, heightMm]`. */
export function madeImage(name: string, { heightMm, hu, uid, more = [] }: MadeImage): DicomFile {
  const pixels = new Int16Array(SIDE * SIDE).fill(hu + 1024);
  const elements = new Map<number, Element>();
  const own: readonly Element[] = [
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'],
    [0x00080018, 'UI', uid ?? `2.25.${90_000 + instances++}`],
    [0x00080060, 'CS', 'CT'],
    [0x0020000e, 'UI', SERIES_UID],
    [0x00200032, 'DS', [0, 0, heightMm]],
    [0x00200037, 'DS', [1, 0, 0, 0, 1, 0]],
    [0x00200052, 'UI', '2.25.78'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', SIDE],
    [0x00280011, 'US', SIDE],
    [0x00280030, 'DS', [1, 1]],
    [0x00280100, 'US', 16],
    [0x00280101, 'US', 16],
    [0x00280102, 'US', 15],
    [0x00280103, 'US', 1],
    [0x00281052, 'DS', '-1024'],
    [0x00281053, 'DS', '1'],
    [0x7fe00010, 'OW', new Uint8Array(pixels.buffer)],
  ];
  for (const element of [...own, ...more]) elements.set(element[0], element);
  return dicomObject(name, [...elements.values()]);
}

export const acquisitionNumber = (number: number): Element => [0x00200012, 'IS', String(number)];
export const temporalPosition = (number: number): Element => [0x00200100, 'IS', String(number)];
export const triggerTime = (ms: number): Element => [0x00181060, 'DS', ms.toFixed(2)];
export const imageType = (last: string): Element => [0x00080008, 'CS', `ORIGINAL\\PRIMARY\\AXIAL\\${last}`];
export const kernel = (name: string): Element => [0x00181210, 'SH', name];

/** Acquisition Time, `seconds` after noon. */
export function acquisitionTime(seconds: number): Element {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  const fraction = (seconds % 1).toFixed(3).slice(1);
  const time = `${two(12 + seconds / 3600)}${two((seconds / 60) % 60)}${two(seconds % 60)}${fraction}`;
  return [0x00080032, 'TM', time];
}

/** Of a made structure set. */
export interface MadeContours {
  /** The image that each contour names, where it names one. */
  readonly contours?: readonly string[];
  /** Images that the object as a whole names. */
  readonly object?: readonly string[];
  readonly uid?: string;
  /** Structure Set Date. */
  readonly date?: string;
  /** Columns that a contour holds. */
  readonly columns?: number;
}

/** Contours of GTV-1 at some heights, four rows each. */
export function madeContours(heightsMm: readonly number[], made: MadeContours = {}): DicomFile {
  const { contours, object = [], uid = '2.25.79', date, columns = 4 } = made;
  const right = 1.5 + columns;
  const images = (uids: readonly string[]): Element => [
    0x30060016,
    'SQ',
    uids.map((uid): Element[] => [[0x00081155, 'UI', uid]]),
  ];
  const series: Element[] = [[0x0020000e, 'UI', SERIES_UID], images(object)];
  const frame: Element[] = [
    [0x00200052, 'UI', '2.25.78'],
    [0x30060012, 'SQ', [[[0x30060014, 'SQ', [series]]]]],
  ];
  const contour = (z: number, i: number): Element[] => [
    ...(contours === undefined ? [] : [images([contours[i]])]),
    [0x30060042, 'CS', 'CLOSED_PLANAR'],
    [0x30060050, 'DS', [1.5, 1.5, z, right, 1.5, z, right, 5.5, z, 1.5, 5.5, z]],
  ];
  return dicomObject('rtstruct.dcm', [
    [0x00080018, 'UI', uid],
    [0x00080060, 'CS', 'RTSTRUCT'],
    ...(date === undefined ? [] : [[0x30060008, 'DA', date] as const]),
    [0x30060010, 'SQ', [frame]],
    [
      0x30060020,
      'SQ',
      [
        [
          [0x30060022, 'IS', '1'],
          [0x30060024, 'UI', '2.25.78'],
          [0x30060026, 'LO', 'GTV-1'],
        ],
      ],
    ],
    [
      0x30060039,
      'SQ',
      [
        [
          [0x30060040, 'SQ', heightsMm.map(contour)],
          [0x30060084, 'IS', '1'],
        ],
      ],
    ],
  ]);
}
