import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadCodecs } from '../../../src/dicom/codec/codecs.ts';
import { parsePart10 } from '../../../src/dicom/file/part10.ts';
import { storedPixels } from '../../../src/dicom/pixels/pixels.ts';
import { rescaleOf } from '../../../src/dicom/pixels/rescale.ts';
import { slicePlane } from '../../../src/dicom/series/slice-plane.ts';
import { stackSlices } from '../../../src/dicom/series/stack.ts';
import { decodeNifti } from '../../../src/nifti/decode.ts';
import { indexOfPoint, pointOfIndex } from '../../../src/volume/geometry.ts';
import { stackRules } from '../../support/dicom/real-stack.ts';
import { filesAt, hasSharedData, namesBelow, shared } from '../../support/shared-data.ts';

const ROOT = 'oddities/dicom2nifti';
const SUFFIX = /_ground_truth(_reoriented)?\.nii\.gz$/;

/** Of a tilted stack with a gap: tilt.test.ts looks its voxels up. */
const RESAMPLED = /sliceincrement/;

/** The images of a folder, of whatever modality, as a stack with their rescaled values slice after slice. */
async function stackOf(folder: string) {
  const files = filesAt(shared(folder)).map(({ name, bytes }) => parsePart10(name, bytes)!);
  await loadCodecs(files.map((file) => file.transferSyntaxUid));
  const planes = files.map((file) => slicePlane({ file, frame: 0 })!);
  const { slices, geometry } = stackSlices(planes, { ...stackRules, minSlices: 2 });
  const values = slices.map((slice) => {
    const { slope, intercept } = rescaleOf(slice);
    return Float64Array.from(storedPixels(slice.file), (value) => slope * value + intercept);
  });
  return { geometry, values };
}

describe.runIf(hasSharedData)('stacks equal the NIfTI volumes that dicom2nifti publishes of them', () => {
  const volumes = hasSharedData
    ? namesBelow(shared(ROOT)).filter((name) => SUFFIX.test(name) && !RESAMPLED.test(name))
    : [];

  test.each(volumes)('%s', async (name) => {
    const { geometry, values } = await stackOf(`${ROOT}/${name.replace(SUFFIX, '')}`);
    const theirs = decodeNifti(name, new Uint8Array(readFileSync(shared(ROOT, name))));
    const [nx, ny, nz] = theirs.geometry.size;
    expect(theirs.data).toHaveLength(values.length * values[0].length);
    let [differing, displaced] = [0, 0];
    for (let i = 0; i < nx * ny * nz; i++) {
      const point = pointOfIndex(theirs.geometry, [
        i % nx,
        Math.floor(i / nx) % ny,
        Math.floor(i / (nx * ny)),
      ]);
      const index = indexOfPoint(geometry, point);
      const [x, y, k] = index.map(Math.round);
      displaced = Math.max(displaced, Math.hypot(index[0] - x, index[1] - y, index[2] - k));
      if (values[k]?.[y * geometry.size[0] + x] !== theirs.data[i]) differing++;
    }
    expect(differing).toBe(0);
    // Affines in float32.
    expect(displaced).toBeLessThan(1e-4);
  });
});
