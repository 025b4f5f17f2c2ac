import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/cli.ts';
import { writePhantoms } from '../../support/phantoms.ts';
import {
  type Content,
  convertFolder,
  folderOf,
  refusedFolder,
  smallCt,
  smallLabels,
} from '../../support/volumes/small-collection.ts';

const mask = smallLabels(1);
const other = smallLabels(0, 0, 1);

test('CT and mask of every subject, beside each other, in sessions and below derivatives', async () => {
  const raw = folderOf({
    'dataset_description.json': { Name: 'x', BIDSVersion: '1.10.0' },
    'participants.tsv': 'participant_id\tage\nsub-01\t60\n',
    README: 'x',
    'sub-01/anat/sub-01_ct.nii.gz': smallCt(1),
    'sub-01/anat/sub-01_mask.nii.gz': mask,
    'sub-02/ses-1/ct/sub-02_ses-1_acq-chest_run-01_ct.nii.gz': smallCt(2),
    'derivatives/manual/sub-02/ses-1/sub-02_ses-1_acq-chest_run-1_space-orig_label-tumor_mask.nii.gz': other,
    'sub-03/ct.nii.gz': smallCt(3),
    'sub-03/mask.nii.gz': mask,
    'sub-03/._mask.nii.gz': 'AppleDouble',
    'sub-04/sub-04_ct.nii': smallCt(4),
    'sub-04/sub-04_ct_GTV-1.nii': other,
    'sub-05/anat/sub-05_ct.nii.gz': smallCt(5),
    'derivatives/manual/sub-09/anat/sub-09_mask.nii.gz': mask,
    'sourcedata/notes.txt': 'x',
  });
  const converted = await convertFolder(raw);
  expect(converted.states).toEqual([
    'sub-01 ok',
    'sub-02 ok',
    'sub-03 ok',
    'sub-04 ok',
    'sub-05 no-mask-object',
  ]);
  for (const [id, number, drawn] of [
    ['sub-01', 1, mask],
    ['sub-02', 2, other],
    ['sub-03', 3, mask],
    ['sub-04', 4, other],
  ] as const) {
    const found = await converted.volumes(id);
    expect(found.ct).toEqual(smallCt(number).data);
    expect(found.tumor).toEqual(drawn.data);
  }
  expect(converted.told).toContain('is a tree of sub-* folders with NIfTI: 5 subjects');
  expect(converted.told).toContain('participants.tsv may be the clinical table');
  expect(converted.told).toContain('1 mask in derivatives without a subject left out');
});

describe('which pair is meant is never guessed', () => {
  const ct = (name: string) => `sub-01/${name}_ct.nii.gz`;
  const excluded: [what: string, code: string, files: Record<string, Content>][] = [
    [
      'two sessions with masks',
      'ambiguous-pair',
      {
        'sub-01/ses-1/sub-01_ses-1_ct.nii.gz': smallCt(1),
        'sub-01/ses-1/sub-01_ses-1_mask.nii.gz': mask,
        'sub-01/ses-2/sub-01_ses-2_ct.nii.gz': smallCt(2),
        'sub-01/ses-2/sub-01_ses-2_mask.nii.gz': mask,
      },
    ],
    [
      'a mask that two scans may have',
      'ambiguous-pair',
      {
        [ct('sub-01_acq-thin')]: smallCt(1),
        [ct('sub-01_acq-thick')]: smallCt(2),
        'sub-01/sub-01_mask.nii.gz': mask,
      },
    ],
    [
      'two readers',
      'ambiguous-pair',
      {
        [ct('sub-01')]: smallCt(1),
        'derivatives/a/sub-01/sub-01_mask.nii.gz': mask,
        'derivatives/b/sub-01/sub-01_mask.nii.gz': other,
      },
    ],
    [
      'a mask of another session',
      'no-mask-object',
      {
        'sub-01/ses-1/sub-01_ses-1_ct.nii.gz': smallCt(1),
        'derivatives/a/sub-01/ses-2/sub-01_ses-2_mask.nii.gz': mask,
      },
    ],
    [
      'a mask in the space of an atlas',
      'no-mask-object',
      { [ct('sub-01')]: smallCt(1), 'derivatives/a/sub-01/sub-01_space-MNI152_mask.nii.gz': mask },
    ],
    [
      'a mask of the PET',
      'no-mask-object',
      { [ct('sub-01')]: smallCt(1), 'sub-01/sub-01_pet_mask.nii.gz': mask },
    ],
    [
      'a mask of an organ',
      'no-tumor-roi',
      { [ct('sub-01')]: smallCt(1), 'sub-01/sub-01_label-lung_mask.nii.gz': mask },
    ],
    ['MRI', 'no-ct-series', { 'sub-01/sub-01_T1w.nii.gz': smallCt(1), 'sub-01/sub-01_mask.nii.gz': mask }],
    ['masks alone', 'no-ct-series', { 'sub-01/sub-01_label-tumor_mask.nii.gz': mask }],
    [
      'probabilities',
      'no-mask-object',
      { [ct('sub-01')]: smallCt(1), 'sub-01/sub-01_label-tumor_probseg.nii.gz': mask },
    ],
  ];

  test.each(excluded)('%s', async (_, code, files) => {
    const { states, told } = await convertFolder(folderOf(files));
    expect(states).toEqual([`sub-01 ${code}`]);
    if (code === 'ambiguous-pair') expect(told).toContain('pairs.csv');
  });

  const taken: [what: string, files: Record<string, Content>][] = [
    [
      'one session of two has a mask',
      {
        'sub-01/ses-1/sub-01_ses-1_ct.nii.gz': smallCt(2),
        'sub-01/ses-2/sub-01_ses-2_ct.nii.gz': smallCt(1),
        'sub-01/ses-2/sub-01_ses-2_mask.nii.gz': mask,
      },
    ],
    [
      'the mask bears the name of the CT, not of the PET',
      {
        'sub-01/sub-01_pet.nii.gz': smallCt(2),
        [ct('sub-01')]: smallCt(1),
        'sub-01/sub-01_ct_mask.nii.gz': mask,
        'sub-01/sub-01_pet_mask.nii.gz': other,
      },
    ],
    [
      'of several labels one is the tumour',
      {
        [ct('sub-01')]: smallCt(1),
        'sub-01/sub-01_label-heart_mask.nii.gz': other,
        'sub-01/sub-01_label-GTV1_mask.nii.gz': mask,
        'sub-01/sub-01_label-nodule_mask.nii.gz': other,
      },
    ],
    [
      "the label is BIDS' L, a lesion",
      {
        [ct('sub-01')]: smallCt(1),
        'sub-01/sub-01_label-L_mask.nii.gz': mask,
        'sub-01/sub-01_label-B_mask.nii.gz': other,
      },
    ],
    [
      'there is but one CT, which the mask does not name in full',
      { [ct('sub-01_acq-lowdose')]: smallCt(1), 'sub-01/sub-01_mask.nii.gz': mask },
    ],
  ];

  test.each(taken)('but it is taken where %s', async (_, files) => {
    const converted = await convertFolder(folderOf(files));
    const found = await converted.volumes('sub-01');
    expect(found.ct).toEqual(smallCt(1).data);
    expect(found.tumor).toEqual(mask.data);
  });
});

describe('labels have names by a table', () => {
  const files = (table: string, where: string) => ({
    [where]: table,
    'sub-01/sub-01_ct.nii.gz': smallCt(1),
    'derivatives/seg/sub-01/sub-01_dseg.nii.gz': smallLabels(1, 2, 3),
  });
  const TABLE = 'index\tname\tabbreviation\n0\tbackground\tBG\n1\tlung\tL\n2\tnodule\tN\n3\theart\tH\n';

  test.each(['derivatives/seg/dseg.tsv', 'derivatives/seg/sub-01/sub-01_dseg.tsv', 'dseg.tsv'])(
    '%s',
    async (where) => {
      const converted = await convertFolder(folderOf(files(TABLE, where)));
      const { tumor } = await converted.volumes('sub-01');
      expect(tumor).toEqual(smallLabels(1, 2, 3).data.map((value) => (value === 2 ? 1 : 0)));
      expect(converted.told).toContain(
        'of 1 subject tumour is label 2 nodule, the one whose name means a tumour',
      );
    },
  );

  test('that has no such columns, or no tumour, is refused', async () => {
    expect(await refusedFolder(folderOf(files('id\tlabel\n1\tlung\n', 'dseg.tsv')))).toContain(
      'with the columns index and name',
    );
    const organs = TABLE.replace('nodule', 'liver');
    expect(await refusedFolder(folderOf(files(organs, 'dseg.tsv')))).toContain(
      '(1 lung; 2 liver; 3 heart): set mask.labels',
    );
    const set = await convertFolder(folderOf(files(organs, 'dseg.tsv')), 'mask: {labels: [3]}');
    const { tumor } = await set.volumes('sub-01');
    expect(tumor).toEqual(smallLabels(1, 2, 3).data.map((value) => (value === 3 ? 1 : 0)));
  });

  test('without one all labels count, which is told', async () => {
    const converted = await convertFolder(folderOf(files('', 'README.md')));
    expect(converted.states).toEqual(['sub-01 ok']);
    expect(converted.told).toContain('every label above 0, as no table names them: set mask.labels');
  });
});

test('sub-* folders of DICOM stay patients of their own, also beside NIfTI', async () => {
  const made = temporaryFolder();
  await writePhantoms(made, 1);
  const raw = folderOf({ 'sub-02/sub-02_ct.nii.gz': smallCt(2), 'sub-02/sub-02_mask.nii.gz': mask });
  cpSync(join(made, 'raw/PHANTOM-001'), join(raw, 'sub-01'), { recursive: true });
  expect((await convertFolder(raw)).states).toEqual(['sub-01 ok', 'sub-02 ok']);
});
