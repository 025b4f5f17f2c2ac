import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, temporaryFolder } from '../support/cli.ts';
import { hasSharedData, shared } from '../support/shared-data.ts';
import { runPython } from './python.ts';

/** One volume as nibabel, SimpleITK and MONAI read it; see check_training.py. */
interface FileRow {
  readonly patient_id: string;
  readonly key: 'image' | 'label';
  readonly axis_codes: string;
  readonly nibabel_sitk_affine: number;
  readonly nibabel_monai_affine: number;
  readonly sform_qform: number;
  readonly nibabel_sitk_voxels: number;
  readonly nibabel_monai_voxels: number;
  readonly orientation_changes_voxels: number;
  readonly orientation_changes_affine: number;
  readonly finite: boolean;
}

/** One batch through SwinUNETR and a stage head. */
interface ForwardRow {
  readonly patch: number[];
  readonly batch: number[];
  readonly segmentation: number[];
  readonly stage: number[];
  readonly segmentation_loss: number;
  readonly stage_loss: number;
  readonly finite: boolean;
  readonly gradients_finite: boolean;
  readonly patient_ids: string[];
}

interface Found {
  readonly monai: {
    readonly counts: Record<string, number>;
    readonly untouched: boolean;
    readonly files: FileRow[];
    readonly aids: { readonly tumor_at_center: boolean; readonly box_is_tumors: boolean }[];
    readonly forward: ForwardRow[];
  };
  readonly nnunet: {
    readonly normalisation: string;
    readonly cases: string[];
    readonly validated: string[];
    readonly folds_are_whole: boolean;
  };
}

interface Cohort {
  readonly name: string;
  readonly counts: Record<string, number>;
  /** Gives the options --raw and --clinical; may use the folder. */
  readonly inputs: (folder: string) => Promise<{ raw: string; clinical: string }>;
}

const phantoms: Cohort = {
  name: 'the demo cohort',
  counts: { training: 4, test: 3 },
  async inputs(folder) {
    await cli(['phantom', '--patients', '8', '--full', '0', '--out', folder]);
    return { raw: join(folder, 'raw'), clinical: join(folder, 'clinical.csv') };
  },
};

const lung1: Cohort = {
  name: 'two real Lung1 patients',
  counts: { training: 2 },
  inputs: async () => ({
    raw: shared('lung1'),
    clinical: shared('tables/NSCLC-Radiomics-Lung1.clinical-version3-Oct-2019.csv'),
  }),
};

async function checkTraining(
  { raw, clinical }: { raw: string; clinical: string },
  out: string,
): Promise<Found> {
  await cli(['preprocess', '--raw', raw, '--clinical', clinical, '--out', out]);
  const [roi, manifest] = [join(out, 'roi'), join(out, 'artifacts/pass2_write/manifest')];
  const nnunet = join(out, 'nnunet');
  await cli(['export', 'nnunet', '--roi', roi, '--manifest', manifest, '--out', nnunet]);
  const args = [roi, join(manifest, 'datalist.json'), nnunet];
  return JSON.parse(await runPython('check_training.py', args, 'requirements-training.txt'));
}

function print(name: string, { monai, nnunet }: Found): void {
  const lines = [
    `\nTraining on ${name}: ${JSON.stringify(monai.counts)}, ${monai.files.length} volumes; nnU-Net: ${nnunet.normalisation}`,
    ...monai.forward.map(
      ({ patch, segmentation_loss, stage_loss }) =>
        `  SwinUNETR ${patch.join('x')}: Dice + cross entropy ${segmentation_loss.toFixed(4)}, stage ${stage_loss.toFixed(4)}`,
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

describe.each([phantoms, ...(hasSharedData ? [lung1] : [])])('$name', ({ name, counts, inputs }) => {
  const folder = temporaryFolder();
  let found: Found;
  beforeAll(async () => {
    found = await checkTraining(await inputs(folder), join(folder, 'out'));
    print(name, found);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('MONAI reads datalist.json with the ROI store as base directory, and takes no name for a path', () => {
    expect(found.monai.counts).toEqual(counts);
    expect(found.monai.untouched).toBe(true);
  });

  test('nibabel, SimpleITK and MONAI see the same voxels in the same place, which is RAS already', () => {
    expect(found.monai.files.length).toBe(2 * Object.values(counts).reduce((sum, n) => sum + n, 0));
    for (const row of found.monai.files) {
      expect(row).toMatchObject({
        axis_codes: 'RAS',
        nibabel_monai_affine: 0,
        sform_qform: 0,
        nibabel_sitk_voxels: 0,
        nibabel_monai_voxels: 0,
        orientation_changes_voxels: 0,
        orientation_changes_affine: 0,
        finite: true,
      });
      // SimpleITK makes the affine from the quaternion in double precision, nibabel reads the float32 sform.
      expect(row.nibabel_sitk_affine).toBeLessThanOrEqual(1e-4);
    }
  });

  test('the sampling aid points at the tumour', () => {
    for (const aid of found.monai.aids) expect(aid).toEqual({ tumor_at_center: true, box_is_tumors: true });
  });

  test('SwinUNETR and a stage head take a batch of each patch size, with finite losses and gradients', () => {
    expect(found.monai.forward.map((row) => row.patch.join('x'))).toEqual([
      '192x192x64',
      '160x160x64',
      '64x64x32',
    ]);
    for (const row of found.monai.forward) {
      expect(row.batch).toEqual([2, 1, ...row.patch]);
      expect(row.segmentation).toEqual([2, 2, ...row.patch]);
      expect(row.stage).toEqual([2, 4]);
      expect([row.finite, row.gradients_finite]).toEqual([true, true]);
      expect(Number.isFinite(row.segmentation_loss) && row.segmentation_loss > 0).toBe(true);
      expect(Number.isFinite(row.stage_loss) && row.stage_loss > 0).toBe(true);
      expect(new Set(row.patient_ids).size).toBe(2);
    }
  });

  test('nnU-Net finds its data set whole, normalises nothing twice and validates on everybody once', () => {
    expect(found.nnunet).toMatchObject({ normalisation: 'NoNormalization', folds_are_whole: true });
    expect(found.nnunet.cases).toHaveLength(counts.training);
    expect(found.nnunet.validated).toEqual(found.nnunet.cases);
  });
});
