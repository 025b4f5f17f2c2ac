import type { Geometry } from '../volume/geometry.ts';

/** A direction on the screen (rightwards or downwards) as a voxel axis; `flipped` where its index falls. */
export interface ScreenAxis {
  readonly axis: number;
  readonly flipped: boolean;
}

/** A cut through a volume as a radiologist expects it on the screen. */
export interface View {
  readonly name: 'Axial' | 'Coronal' | 'Sagittal';
  /** The voxel axis that is constant on the cut. */
  readonly through: number;
  readonly across: ScreenAxis;
  readonly down: ScreenAxis;
  /** The patient's sides at the edges of the screen. */
  readonly edges: {
    readonly left: string;
    readonly right: string;
    readonly top: string;
    readonly bottom: string;
  };
}

/** For each axis of LPS the voxel axis nearest to it and whether that index grows the other way. */
function nearestVoxelAxes({ direction }: Geometry): readonly ScreenAxis[] {
  const found: ScreenAxis[] = [];
  const pairs = [0, 1, 2].flatMap((row) => [0, 1, 2].map((axis) => ({ row, axis })));
  const cosine = ({ row, axis }: { row: number; axis: number }) => direction[3 * row + axis];
  pairs.sort((a, b) => Math.abs(cosine(b)) - Math.abs(cosine(a)));
  for (const pair of pairs) {
    const taken = found.some((other) => other?.axis === pair.axis);
    if (taken || found[pair.row] !== undefined) continue;
    found[pair.row] = { axis: pair.axis, flipped: cosine(pair) < 0 };
  }
  return found;
}

/**
 * The three cuts in radiological convention: the patient's right on the viewer's left in axial and coronal, anterior on
 * the viewer's left in sagittal, anterior up in axial, superior up in the others. An oblique grid is shown along the
 * patient axes its voxel axes are nearest to.
 */
export function radiologicalViews(geometry: Geometry): readonly [axial: View, coronal: View, sagittal: View] {
  const [toLeft, toPosterior, toSuperior] = nearestVoxelAxes(geometry);
  const toInferior = { axis: toSuperior.axis, flipped: !toSuperior.flipped };
  return [
    {
      name: 'Axial',
      through: toSuperior.axis,
      across: toLeft,
      down: toPosterior,
      edges: { left: 'R', right: 'L', top: 'A', bottom: 'P' },
    },
    {
      name: 'Coronal',
      through: toPosterior.axis,
      across: toLeft,
      down: toInferior,
      edges: { left: 'R', right: 'L', top: 'S', bottom: 'I' },
    },
    {
      name: 'Sagittal',
      through: toLeft.axis,
      across: toPosterior,
      down: toInferior,
      edges: { left: 'A', right: 'P', top: 'S', bottom: 'I' },
    },
  ];
}
