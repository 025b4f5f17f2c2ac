import { type DicomFile, parsePart10 } from '../../../src/dicom/file/part10.ts';

/** An element: tag as an eight-digit number, value representation, value. Items of a sequence are lists of elements. */
export type Element = readonly [tag: number, vr: string, value: ElementValue];
export type ElementValue =
  | string
  | number
  | readonly (number | string)[]
  | Uint8Array
  | readonly (readonly Element[])[];

const LONG = new Set(['OB', 'OW', 'SQ', 'UN']);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function tagBytes(tag: number): Buffer {
  return Buffer.from([(tag >>> 16) & 255, tag >>> 24, tag & 255, (tag >>> 8) & 255]);
}

function valueBytes(vr: string, value: ElementValue): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (vr === 'SQ') {
    const items = (value as readonly (readonly Element[])[]).map(encode);
    return Buffer.concat(items.flatMap((item) => [tagBytes(0xfffee000), uint32(item.length), item]));
  }
  if (vr === 'US') {
    const numbers = [value].flat() as number[];
    return Buffer.from(Uint16Array.from(numbers).buffer);
  }
  return Buffer.from([value].flat().join('\\'), 'latin1');
}

function encode(elements: readonly Element[]): Buffer {
  const sorted = [...elements].sort(([a], [b]) => a - b);
  return Buffer.concat(
    sorted.flatMap(([tag, vr, value]) => {
      const bytes = valueBytes(vr, value);
      const padded =
        bytes.length % 2 === 0
          ? bytes
          : Buffer.concat([bytes, Buffer.from(vr === 'UI' || vr === 'OB' ? '\0' : ' ')]);
      // Values too long for a short header are written as UN (DICOM PS3.5 6.2.2).
      const written = !LONG.has(vr) && padded.length > 0xffff ? 'UN' : vr;
      const length = uint32(padded.length);
      const header = LONG.has(written)
        ? Buffer.concat([Buffer.from(`${written}\0\0`), length])
        : Buffer.concat([Buffer.from(written), length.subarray(0, 2)]);
      return [tagBytes(tag), header, padded];
    }),
  );
}

/** A parsed DICOM object made of elements, explicit VR little endian. */
export function dicomObject(name: string, elements: readonly Element[]): DicomFile {
  const meta = encode([[0x00020010, 'UI', '1.2.840.10008.1.2.1']]);
  const length = Buffer.concat([tagBytes(0x00020000), Buffer.from('UL\x04\0'), uint32(meta.length)]);
  const bytes = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, encode(elements)]);
  return parsePart10(name, new Uint8Array(bytes))!;
}

export interface ContourItem {
  /** `CLOSED_PLANAR` where it is not given. */
  readonly type?: string;
  /** x, y, z, x, y, z ... in LPS mm, or the text of Contour Data. */
  readonly data: readonly number[] | string;
  readonly declaredPoints?: number;
}

export interface RoiItem {
  readonly number: number | string;
  readonly name: string;
  readonly description?: string;
  readonly frameUid?: string;
  readonly contours?: readonly ContourItem[];
  /** ROI Generation Algorithm. */
  readonly algorithm?: string;
}

/** An RTSTRUCT of ROIs, and the frames of reference and series that it refers to. */
export function structureSetObject(
  rois: readonly RoiItem[],
  references: readonly { readonly frameUid: string; readonly seriesUid: string }[] = [],
  more: readonly Element[] = [],
): DicomFile {
  return dicomObject('rtstruct.dcm', [
    ...more,
    [0x00080060, 'CS', 'RTSTRUCT'],
    [
      0x30060010,
      'SQ',
      references.map(({ frameUid, seriesUid }): Element[] => [
        [0x00200052, 'UI', frameUid],
        [0x30060012, 'SQ', [[[0x30060014, 'SQ', [[[0x0020000e, 'UI', seriesUid]]]]]]],
      ]),
    ],
    [
      0x30060020,
      'SQ',
      rois.map(({ number, name, description, frameUid, algorithm }): Element[] => [
        [0x30060022, 'IS', String(number)],
        [0x30060024, 'UI', frameUid ?? ''],
        [0x30060026, 'LO', name],
        ...(description === undefined ? [] : [[0x30060028, 'ST', description] as const]),
        ...(algorithm === undefined ? [] : [[0x30060036, 'CS', algorithm] as const]),
      ]),
    ],
    [
      0x30060039,
      'SQ',
      rois
        .flatMap((roi) => (roi.contours === undefined ? [] : [roi]))
        .reverse()
        .map(({ number, contours }): Element[] => [
          [0x30060040, 'SQ', contours!.map(contourElements)],
          [0x30060084, 'IS', String(number)],
        ]),
    ],
  ]);
}

function contourElements({ type = 'CLOSED_PLANAR', data, declaredPoints }: ContourItem): Element[] {
  const points = typeof data === 'string' ? data.split('\\').length / 3 : data.length / 3;
  return [
    [0x30060042, 'CS', type],
    [0x30060046, 'IS', String(declaredPoints ?? Math.floor(points))],
    [0x30060050, 'DS', typeof data === 'string' ? data : [...data]],
  ];
}

export interface FrameItem {
  readonly segment?: number;
  readonly positionMm: readonly number[];
  /** Pixels, row by row. */
  readonly pixels: ArrayLike<number>;
  readonly orientation?: readonly number[];
  readonly pixelSpacingMm?: readonly [rows: number, columns: number];
}

export interface SegmentationItem {
  readonly type: string;
  readonly bitsAllocated: 1 | 8 | 16;
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly FrameItem[];
  /** For the shared functional groups; left out where frames have their own. */
  readonly orientation?: readonly number[];
  readonly pixelSpacingMm?: readonly [rows: number, columns: number];
  readonly spacingBetweenSlicesMm?: number;
  readonly segments?: readonly {
    number: number;
    label: string;
    description?: string;
    /** Segment Algorithm Type. */
    algorithm?: string;
  }[];
  readonly more?: readonly Element[];
}

function packed(frames: readonly FrameItem[], bitsAllocated: 1 | 8 | 16): Uint8Array {
  const values = frames.flatMap(({ pixels }) => Array.from(pixels));
  if (bitsAllocated === 8) return Uint8Array.from(values);
  if (bitsAllocated === 16) return new Uint8Array(Uint16Array.from(values).buffer);
  const bytes = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, bit) => {
    if (value !== 0) bytes[bit >> 3] |= 1 << (bit & 7);
  });
  return bytes;
}

function planeGroups(
  orientation: readonly number[] | undefined,
  pixelSpacingMm: readonly number[] | undefined,
  spacingBetweenSlicesMm?: number,
): Element[] {
  const groups: Element[] = [];
  if (orientation !== undefined) groups.push([0x00209116, 'SQ', [[[0x00200037, 'DS', [...orientation]]]]]);
  const measures: Element[] = [];
  if (pixelSpacingMm !== undefined) measures.push([0x00280030, 'DS', [...pixelSpacingMm]]);
  if (spacingBetweenSlicesMm !== undefined) measures.push([0x00180088, 'DS', String(spacingBetweenSlicesMm)]);
  if (measures.length > 0) groups.push([0x00289110, 'SQ', [measures]]);
  return groups;
}

/** A SEG object. */
export function segmentationObject(seg: SegmentationItem): DicomFile {
  return dicomObject('seg.dcm', [
    [0x00080060, 'CS', 'SEG'],
    [0x00280002, 'US', 1],
    [0x00280008, 'IS', String(seg.frames.length)],
    [0x00280010, 'US', seg.rows],
    [0x00280011, 'US', seg.columns],
    [0x00280100, 'US', seg.bitsAllocated],
    [0x00280101, 'US', seg.bitsAllocated],
    [0x00280102, 'US', seg.bitsAllocated - 1],
    [0x00280103, 'US', 0],
    [0x00620001, 'CS', seg.type],
    [
      0x00620002,
      'SQ',
      (seg.segments ?? []).map(({ number, label, description, algorithm }): Element[] => [
        [0x00620004, 'US', number],
        [0x00620005, 'LO', label],
        [0x00620006, 'ST', description ?? ''],
        ...(algorithm === undefined ? [] : [[0x00620008, 'CS', algorithm] as const]),
      ]),
    ],
    [0x52009229, 'SQ', [planeGroups(seg.orientation, seg.pixelSpacingMm, seg.spacingBetweenSlicesMm)]],
    [
      0x52009230,
      'SQ',
      seg.frames.map((frame): Element[] => [
        [0x00209113, 'SQ', [[[0x00200032, 'DS', [...frame.positionMm]]]]],
        ...planeGroups(frame.orientation, frame.pixelSpacingMm),
        ...(frame.segment === undefined
          ? []
          : [[0x0062000a, 'SQ', [[[0x0062000b, 'US', frame.segment]]]] as const]),
      ]),
    ],
    [0x7fe00010, seg.bitsAllocated === 16 ? 'OW' : 'OB', packed(seg.frames, seg.bitsAllocated)],
    ...(seg.more ?? []),
  ]);
}
