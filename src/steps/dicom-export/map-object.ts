import type { DerivedObject } from '../../dicom/derived/derived-object.ts';
import type { Segment } from '../../dicom/derived/segment.ts';
import { encodeSegmentation } from '../../dicom/derived/segmentation.ts';
import { encodeStructureSet } from '../../dicom/derived/structure-set.ts';
import { text } from '../../dicom/file/part10.ts';
import { CaseExclusion } from '../../errors.ts';
import type { DicomFacts } from '../../records/way-back/mapped.ts';
import type { StageClock } from '../../timing/stage-clock.ts';
import { anatomicRegions } from '../../way-back/anatomic-region.ts';
import { segmentsOf } from '../../way-back/segments.ts';
import type { Source } from '../../way-back/source-images.ts';
import { type PlacedMap, toSourceVoxels } from '../../way-back/source-voxels.ts';
import type { CtMap } from './ct-map.ts';
import type { ObjectRules } from './object-rules.ts';

const BODY_PART_EXAMINED = 'x00180015';

/** A patient's object, and what is told of it. */
export interface MapObject {
  readonly bytes: Uint8Array;
  readonly facts: DicomFacts;
}

/** Segmentation Types by their options. */
const TYPES = { binary: 'BINARY', labelmap: 'LABELMAP', fractional: 'FRACTIONAL' } as const;

/** What a map of a kind is written as. Throws a CaseExclusion where it cannot be. */
function writtenAs({ file, kind }: CtMap, { kind: object, type }: ObjectRules): keyof typeof TYPES {
  const chosen = type === 'auto' ? (kind === 'labels' ? 'binary' : 'fractional') : type;
  if (kind === 'probabilities' && (object === 'rtstruct' || chosen !== 'fractional')) {
    const what = object === 'rtstruct' ? 'contours are drawn' : `a ${TYPES[chosen]} segmentation is made`;
    throw new CaseExclusion(
      'needs-threshold',
      `holds probabilities, and ${what} round a mask: give --threshold, such as 0.5`,
      { file },
    );
  }
  return chosen;
}

/** The segments of a map that is on the images, by label, and the flags of how they were made. */
function segmentsWithFlags(
  { file, kind, tumourName, madeBy }: CtMap,
  placed: PlacedMap,
  source: Source,
  { described }: ObjectRules,
): { segments: readonly Segment[]; flags: DicomFacts['flags'] } {
  const labels = [...placed.counts.keys()];
  const [{ file: image }] = source.images.slices;
  const { algorithm, flags } = madeBy(source.headers);
  const regions = anatomicRegions(text(image.dataset, BODY_PART_EXAMINED));
  const segments = segmentsOf({ file, kind, labels }, described, { tumourName, regions, algorithm });
  return { segments, flags: described === undefined ? [...flags] : [] };
}

function encoded(
  source: Source,
  { voxels }: PlacedMap,
  segments: readonly Segment[],
  type: keyof typeof TYPES,
  { kind, frames, compression, holes, ...rules }: ObjectRules,
): DerivedObject {
  if (kind === 'dicom-seg')
    return encodeSegmentation(source.images, voxels, segments, {
      ...rules,
      type: TYPES[type],
      frames,
      compression,
    });
  if (voxels instanceof Float32Array) throw new TypeError('contours of probabilities');
  return encodeStructureSet(source.images, voxels, segments, { ...rules, holes });
}

/**
 * The DICOM object of a map on the grid of the converted CT, on the images that the CT was made of. Throws a CaseExclusion where
 * the map is none of what the rules say, or the images cannot be referred to.
 */
export function mapObject(map: CtMap, source: Source, rules: ObjectRules, clock: StageClock): MapObject {
  const type = writtenAs(map, rules);
  const placed = clock.time('resample', 0, () => toSourceVoxels(map.file, map.volume, map.kind, source));
  const { segments, flags } = segmentsWithFlags(map, placed, source, rules);
  const { bytes, parts } = clock.time('encode', placed.voxels.byteLength, () =>
    encoded(source, placed, segments, type, rules),
  );
  const { images, stack } = source;
  return {
    bytes,
    facts: {
      kind: rules.kind,
      source_images: images.slices.length,
      planes_left_out: stack.missingPlanes.length,
      segments: segments.map(({ label }, i) => ({
        label,
        voxels: placed.counts.get(map.kind === 'probabilities' ? 1 : label) ?? 0,
        parts: parts[i],
      })),
      flags: [...source.flags, ...placed.flags, ...flags],
    },
  };
}
