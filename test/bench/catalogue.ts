import type { Bench } from './bench.ts';
import { convertRow, dcm2niixRow, dicom2niftiRow } from './convert-rows.ts';
import { azuriteRow, beforeRow, folderRow, oneCoreRow } from './end-to-end-rows.ts';
import { floorRow } from './floor-rows.ts';
import { highdicomRow, ownMaskRow, plastimatchRow } from './mask-rows.ts';
import { monaiRow, pass2Row } from './pass-2-rows.ts';
import type { Row } from './row.ts';
import { exportSegRow, highdicomSegRow } from './seg-rows.ts';
import { simpleItkRow } from './simpleitk-rows.ts';

/** A run that takes long and says one thing more; measured when asked for by `--long` or by name. */
export const LONG_ROWS = ['reference-azurite', 'lung1-azurite-20ms', 'lung1-x4', 'simpleitk-pigz1'];

/** As Blob Storage in a node's region may be: answers after 5 to 30 ms, some 60 MB/s and more by a connection. */
const REGION = { delayMs: 20, bytesPerSecond: 60e6 };

/** Every row there is, in the order of the table; the first of a group is what the others are compared with. */
export function catalogue(bench: Bench): Row[] {
  const { cases, fewCases } = bench;
  return [
    folderRow(bench, 'reference-2w', { preset: 'reference', workers: 2, cases }),
    folderRow(bench, 'reference-1w', { preset: 'reference', workers: 1, cases }),
    oneCoreRow(bench, 'reference-1core', { preset: 'reference', cases }),
    beforeRow(bench, 'before-reference-2w', { preset: 'reference', workers: 2, cases }),
    folderRow(bench, 'reference-zlib', { preset: 'reference', workers: 2, cases, engine: 'zlib' }),
    folderRow(bench, 'reference-igzip', { preset: 'reference', workers: 2, cases, engine: 'igzip' }),
    azuriteRow(bench, 'reference-azurite', { preset: 'reference', workers: 2, cases }),
    floorRow(bench, 'floor-reference-igzip', { preset: 'reference', deflate: 'igzip', cases }),
    floorRow(bench, 'floor-reference', { preset: 'reference', deflate: 'zlib as tuned', cases }),
    floorRow(bench, 'floor-reference-plain', { preset: 'reference', deflate: 'zlib defaults', cases }),
    folderRow(bench, 'lung1-2w', { preset: 'lung1', workers: 2, cases }),
    folderRow(bench, 'lung1-1w', { preset: 'lung1', workers: 1, cases }),
    oneCoreRow(bench, 'lung1-1core', { preset: 'lung1', cases }),
    beforeRow(bench, 'before-lung1-2w', { preset: 'lung1', workers: 2, cases }),
    folderRow(bench, 'lung1-zlib', { preset: 'lung1', workers: 2, cases, engine: 'zlib' }),
    folderRow(bench, 'lung1-igzip', { preset: 'lung1', workers: 2, cases, engine: 'igzip' }),
    folderRow(bench, 'lung1-x4', { preset: 'lung1', workers: 2, cases: 4 * cases }),
    azuriteRow(bench, 'lung1-azurite', { preset: 'lung1', workers: 2, cases }),
    azuriteRow(bench, 'lung1-azurite-20ms', { preset: 'lung1', workers: 2, cases }, REGION),
    floorRow(bench, 'floor-lung1-igzip', { preset: 'lung1', deflate: 'igzip', cases }),
    floorRow(bench, 'floor-lung1', { preset: 'lung1', deflate: 'zlib as tuned', cases }),
    floorRow(bench, 'floor-lung1-plain', { preset: 'lung1', deflate: 'zlib defaults', cases }),
    simpleItkRow(bench, 'simpleitk', 'itk'),
    simpleItkRow(bench, 'simpleitk-gzip1', 'gzip1'),
    simpleItkRow(bench, 'simpleitk-pigz1', 'pigz1'),
    convertRow(bench, 'convert'),
    convertRow(bench, 'convert-igzip', 'igzip'),
    dcm2niixRow(bench, 'dcm2niix-nii', '-z n', cases, 'uncompressed'),
    dcm2niixRow(bench, 'dcm2niix-gzip1', '-z y -1', cases, 'pigz -1'),
    dcm2niixRow(bench, 'dcm2niix', '-z y', fewCases, 'its default, pigz -6'),
    dicom2niftiRow(bench, 'dicom2nifti'),
    ownMaskRow(bench, 'mask-rtstruct', 'RTSTRUCT'),
    plastimatchRow(bench, 'plastimatch'),
    highdicomRow(bench, 'numpy-rtstruct', 'RTSTRUCT'),
    ownMaskRow(bench, 'mask-seg', 'SEG'),
    highdicomRow(bench, 'highdicom', 'SEG'),
    exportSegRow(bench, 'export-seg', cases),
    highdicomSegRow(bench, 'highdicom-seg', cases),
    exportSegRow(bench, 'export-seg-one', 1),
    highdicomSegRow(bench, 'highdicom-seg-one', 1),
    pass2Row(bench, 'pass2-2w', 2),
    pass2Row(bench, 'pass2-1w', 1),
    monaiRow(bench, 'monai'),
  ];
}
