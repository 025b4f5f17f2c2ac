import { expect, test } from 'vitest';
import { hasSharedData, shared } from '../../support/shared-data.ts';
import { measuredTwice } from '../../support/volumes/measured-twice.ts';
import { configOf, converted } from '../../support/volumes/renormalised.ts';

test.runIf(hasSharedData)(
  'what convert measures of two real patients has the bytes of what pass1-stats measures',
  async () => {
    const { interim, records } = await converted(shared('lung1'));
    expect(records).toHaveLength(2);
    for (const record of records) {
      const { byConvert, byPass1 } = await measuredTwice(interim, record, configOf({}));
      expect(byConvert).toBeDefined();
      expect(byConvert).toBe(byPass1);
    }
  },
);
