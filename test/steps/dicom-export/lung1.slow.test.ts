import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/cli.ts';
import { converted } from '../../support/converted.ts';
import { put, readBack, volumeAt } from '../../support/dicom-cohort.ts';
import { command } from '../../support/in-process.ts';
import { compareMasks, filesInZip, hasSharedData, shared } from '../../support/shared-data.ts';

const IDS = ['LUNG1-001', 'LUNG1-002'];

describe.runIf(hasSharedData)('the masks of real patients', () => {
  const raw = temporaryFolder();
  let interim: string;
  beforeAll(async () => {
    for (const id of IDS)
      for (const { name, bytes } of filesInZip(shared('lung1', `${id}.zip`))) put(join(raw, name), bytes);
    interim = join((await converted(raw)).out, 'interim');
  });

  test.each([
    ['dicom-seg', ['--type', 'binary']],
    ['dicom-seg', ['--type', 'binary', '--frames', 'all', '--compress', 'deflate']],
    ['dicom-seg', ['--type', 'labelmap']],
    ['dicom-seg', ['--type', 'labelmap', '--compress', 'rle']],
    ['dicom-seg', ['--type', 'fractional', '--frames', 'all']],
    ['rtstruct', ['--holes', 'keyhole']],
    ['rtstruct', ['--holes', 'separate']],
  ] as const)('are read back by convert as %s %j, voxel by voxel', async (kind, more) => {
    const out = temporaryFolder();
    await command(['export', kind, '--interim', interim, '--raw', raw, '--out', out, ...more]);
    const file = kind === 'rtstruct' ? 'rtstruct.dcm' : 'seg.dcm';
    const back = await readBack(raw, Object.fromEntries(IDS.map((id) => [id, join(out, id, file)])));
    for (const id of IDS) {
      const mask = volumeAt(interim, id, 'tumor.nii.gz');
      const { differing, voxels } = compareMasks(mask.data as Uint8Array, back[id].data as Uint8Array);
      expect({ id, differing }).toEqual({ id, differing: 0 });
      expect(voxels).toBeGreaterThan(50_000);
    }
  });
});
