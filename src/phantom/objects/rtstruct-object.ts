import type { DataSet } from '../../dicom/encode/dictionary.ts';
import { type Loop, traceLoops } from '../../kernels/mask/contour-loops.ts';
import { encodePhantomFile } from './phantom-file.ts';
import type { Structure } from './structure.ts';
import { commonElements, maskUids, type Study, slicePositionMm, sliceReference } from './study.ts';

/** ROI numbers need not be contiguous, and in real plans they are not. */
const roiNumber = (index: number) => 2 + 3 * index;

/**
 * RT Structure Set Storage (PS3.3 A.19). Contours run along pixel edges, holes are contours of their own, so that pixel
 * centres under the even-odd rule give the masks back exactly.
 */
export function encodeStructureSet(study: Study, structures: readonly Structure[]): Uint8Array {
  const uids = maskUids(study);
  const contourSequence = structures.map(
    (structure, i): DataSet => ({
      ROIDisplayColor: structure.colour,
      ContourSequence: contourItems(study, structure),
      ReferencedROINumber: roiNumber(i),
    }),
  );
  return encodePhantomFile({
    ...commonElements(study),
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.481.3',
    SOPInstanceUID: uids.object,
    SeriesDate: study.date,
    SeriesTime: '120000',
    Modality: 'RTSTRUCT',
    OperatorsName: '',
    SeriesInstanceUID: uids.series,
    SeriesNumber: 3,
    InstanceNumber: 1,
    FrameOfReferenceUID: study.frameOfReferenceUid,
    PositionReferenceIndicator: '',
    StructureSetLabel: 'PHANTOM',
    StructureSetName: 'Synthetic chest',
    StructureSetDate: study.date,
    StructureSetTime: '120000',
    ReferencedFrameOfReferenceSequence: [
      {
        FrameOfReferenceUID: study.frameOfReferenceUid,
        RTReferencedStudySequence: [
          {
            // Retired class "Detached Study Management", as planning systems write it.
            ReferencedSOPClassUID: '1.2.840.10008.3.1.2.3.1',
            ReferencedSOPInstanceUID: study.studyUid,
            RTReferencedSeriesSequence: [
              {
                SeriesInstanceUID: study.ctSeriesUid,
                ContourImageSequence: study.sliceUids.map((_, k) => sliceReference(study, k)),
              },
            ],
          },
        ],
      },
    ],
    StructureSetROISequence: structures.map(({ name }, i) => ({
      ROINumber: roiNumber(i),
      ReferencedFrameOfReferenceUID: study.frameOfReferenceUid,
      ROIName: name,
      ROIGenerationAlgorithm: 'MANUAL',
    })),
    // Its order differs from that of the ROIs, as in some of Lung1.
    ROIContourSequence: contourSequence.reverse(),
    RTROIObservationsSequence: structures.map(({ kind }, i) => ({
      ObservationNumber: i + 1,
      ReferencedROINumber: roiNumber(i),
      RTROIInterpretedType: kind === 'tumour' ? 'GTV' : 'ORGAN',
      ROIInterpreter: '',
    })),
  });
}

function contourItems(study: Study, { mask }: Structure): DataSet[] {
  const [columns, rows, slices] = mask.geometry.size;
  const items: DataSet[] = [];
  for (let k = 0; k < slices; k++) {
    const slice = mask.data.subarray(k * columns * rows, (k + 1) * columns * rows);
    if (!slice.includes(1)) continue;
    for (const loop of traceLoops(slice, columns, rows)) {
      items.push({
        ContourImageSequence: [sliceReference(study, k)],
        ContourGeometricType: 'CLOSED_PLANAR',
        NumberOfContourPoints: loop.length / 2,
        ContourData: pointsMm(study, loop, k),
      });
    }
  }
  return items;
}

/** Corners of a loop as x, y, z in LPS mm. */
function pointsMm(study: Study, loop: Loop, k: number): number[] {
  const [dx, dy] = study.geometry.spacingMm;
  const [x0, y0, z0] = slicePositionMm(study.geometry, k);
  const points: number[] = [];
  for (let i = 0; i < loop.length; i += 2) {
    // Seven decimals: far finer than the half pixel that parts a corner from the next pixel centre.
    points.push(rounded(x0 + (loop[i] - 0.5) * dx), rounded(y0 + (loop[i + 1] - 0.5) * dy), z0);
  }
  return points;
}

function rounded(mm: number): number {
  return Math.round(mm * 1e7) / 1e7;
}
