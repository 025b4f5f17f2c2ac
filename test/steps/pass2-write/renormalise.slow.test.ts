import { expect, test } from 'vitest';
import { hasSharedData, shared } from '../../support/shared-data.ts';
import { converted, renormalised } from '../../support/volumes/renormalised.ts';

test.runIf(hasSharedData)(
  'after other constants ROIs of two real patients have the bytes of a whole run, and no more than normalised volumes are written',
  async () => {
    const norm = ['ct_roi_norm.nii.gz', 'meta.json', 'transforms.json'];
    const lung1 = await converted(shared('lung1'));
    expect(lung1.records).toHaveLength(2);
    expect(await renormalised(lung1, {})).toEqual(norm);
    expect(await renormalised(lung1, { output: { auditType: 'float32' } })).toEqual(norm);
  },
);
