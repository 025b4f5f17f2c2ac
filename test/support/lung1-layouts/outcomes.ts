import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeNifti } from '../../../src/nifti/decode.ts';
import type { OkCase } from '../../../src/records/case.ts';
import type { Cases } from '../../../src/records/cases.ts';
import { hashesOf, readJson, temporaryFolder } from '../cli.ts';
import { command } from '../in-process.ts';
import { shared } from '../shared-data.ts';
import { LUNG1, type Lung1Layout } from './layouts.ts';

interface Golden {
  readonly cases: Readonly<
    Record<
      string,
      { readonly ct_sha1_int16: string; readonly mask_sha1_u8: string; readonly mask_voxels: number }
    >
  >;
}

const sha1 = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  createHash('sha1')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');

/** Runs convert over raw data; a second run must find all done. Gives the records and the hashes of the volumes by patient. */
async function converted(raw: string, again: boolean) {
  const out = temporaryFolder();
  const interim = join(out, 'interim');
  const args = ['convert', '--raw', raw, '--interim', interim, '--cases', join(out, 'cases')];
  await command(args);
  if (again) expect((await command(args)).stdout).toContain('2 ok, 0 excluded, 2 done before');
  const { cases } = readJson<Cases>(out, 'cases', 'cases.json');
  const patients = cases.map((found) => {
    expect(found.state).toBe('ok');
    const { patient_id, clinical_id = patient_id, ct, tumor } = found as OkCase;
    return { patient_id, clinical_id, ct: ct.sha256, tumor: tumor.sha256, voxels: tumor.voxels };
  });
  return { patients, interim, volumes: Object.values(hashesOf(interim, '.nii.gz')) };
}

/** Registers the tests of some layouts: convert gives the same bytes from each as from the archives that TCIA delivers. */
export function holdLayouts(layouts: readonly Lung1Layout[]): void {
  let delivered: Awaited<ReturnType<typeof converted>>;
  beforeAll(async () => {
    delivered = await converted(shared('lung1'), false);
  });

  test('the archives that TCIA delivers give the known CT and mask', () => {
    const { cases } = readJson<Golden>(shared('../reference/golden-lung1-001-002.json'));
    for (const [i, id] of LUNG1.entries()) {
      const volume = (name: string) => {
        const path = join(delivered.interim, id, name);
        return decodeNifti(path, new Uint8Array(readFileSync(path))).data;
      };
      const { ct_sha1_int16, mask_sha1_u8, mask_voxels } = cases[id];
      expect([sha1(volume('ct.nii.gz')), sha1(volume('tumor.nii.gz'))]).toEqual([
        ct_sha1_int16,
        mask_sha1_u8,
      ]);
      expect(delivered.patients[i]).toMatchObject({ patient_id: id, clinical_id: id, voxels: mask_voxels });
    }
    // What pyradiomics published of the CT, and the voxels that plastimatch drew.
    expect(LUNG1.map((id) => cases[id].ct_sha1_int16)).toEqual([
      '01ae3d400f3f6fdacc121a85f52fd9dba8be2253',
      '5c66c70353901fd238191b88a2584cd8c3f645e5',
    ]);
    expect(delivered.patients.map(({ voxels }) => voxels)).toEqual([54639, 125531]);
  });

  describe.each(layouts)('$name', ({ make, folderNames = {} }) => {
    test('gives the same, and a second run finds it done, wherever RAW points', async () => {
      for (const [level, raw] of make().entries()) {
        const { patients, volumes } = await converted(raw, level === 0);
        expect(volumes).toEqual(delivered.volumes);
        const names = folderNames[level] ?? LUNG1;
        expect(patients).toEqual(
          delivered.patients.map((patient, i) => ({ ...patient, patient_id: names[i] })),
        );
      }
    });
  });
}
