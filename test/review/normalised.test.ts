import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { decodeNifti } from '../../src/nifti/decode.ts';
import type { Manifest } from '../../src/records/manifest.ts';
import { startReview } from '../../src/review/server.ts';
import { readJson, temporaryFolder } from '../support/cli.ts';
import { ask } from '../support/http-request.ts';
import * as inProcess from '../support/in-process.ts';
import { writePhantoms } from '../support/phantoms.ts';
import { patientsOf } from '../support/review-windows.ts';

test.each(['global', 'case'])(
  'where there is no ROI in HU the normalised one is shown, with the way back to HU (%s constants)',
  async (normalization) => {
    const [raw, out] = [temporaryFolder(), temporaryFolder()];
    await writePhantoms(raw, 1);
    const config = join(raw, 'config.yml');
    writeFileSync(
      config,
      `resample: {spacingMm: [2, 2, 6]}\nroi: {patch: 96x96x32}\nintensity: {normalization: ${normalization}}\noutput: {auditVolumes: false, roiHu: true}\n`,
    );
    await inProcess.preprocess({ raw: join(raw, 'raw'), clinical: join(raw, 'clinical.csv'), out, config });
    const folder = join(out, 'artifacts/pass2_write/manifest');
    const manifest = readJson<Manifest>(folder, 'manifest.json');
    const hidden = manifest.outputs.map(({ paths: { ct_roi_hu: _, ...paths }, ...rest }) => ({
      ...rest,
      paths,
    }));
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, outputs: hidden }));

    const places = { roi: join(out, 'roi'), interim: join(out, 'interim'), manifest: folder };
    const review = join(out, 'review.csv');
    const server = await startReview({ ...places, review, reviewer: '', port: 0 });
    onTestFinished(() => server.close());
    const { image, slope, intercept } = (await patientsOf(server.url)).get('PHANTOM-001')!.roi!;
    expect(image).toBe('volumes/roi/PHANTOM-001/ct_roi_norm.nii.gz');
    const shown = decodeNifti(image, (await ask(server.url + image)).body).data;
    const file = join(out, 'roi/PHANTOM-001/ct_roi_hu.nii.gz');
    const hu = decodeNifti(file, readFileSync(file)).data;
    const [low, high] = manifest.constants.window_hu;
    const errors = Array.from(shown, (value, i) =>
      Math.abs(Number(value) * slope + intercept - Math.min(high, Math.max(low, Number(hu[i])))),
    );
    expect(errors).toHaveLength(96 * 96 * 32);
    // ct_roi_hu holds whole numbers.
    expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThan(0.51);
  },
);
