import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRESETS } from '../../src/config/presets.ts';
import { parseHeader, parsePart10, Tag, text } from '../../src/dicom/file/part10.ts';
import { maskCandidates, maskObjects } from '../../src/dicom/mask/mask-candidates.ts';
import { stackHeaders } from '../../src/dicom/series/header-stack.ts';
import { ctSeries } from '../../src/dicom/series/series-grouping.ts';
import { drawOn } from '../../src/dicom/study/study.ts';
import { decodeNifti } from '../../src/nifti/decode.ts';
import { studyRules } from '../../src/raw/patient/rules.ts';
import { type Bench, measureTask } from './bench.ts';
import type { Command } from './measure.ts';
import { partsOf } from './patient-parts.ts';
import { pythonPeer } from './peers.ts';
import type { Row, Sample } from './row.ts';
import { finishedRun, type Run, swinprep } from './swinprep.ts';

const rules = studyRules(PRESETS.lung1);

/** SEG files and masks that were found to be the same: swinprep writes the same bytes each round. */
const known = new Set<string>();

const bytesOf = (...path: string[]): Uint8Array => new Uint8Array(readFileSync(join(...path)));

/** Throws an Error unless a SEG has the voxels of a mask of convert, and frames where that has some alone. */
async function expectSegOf(segFile: string, raw: string, maskFile: string): Promise<void> {
  const [seg, mask] = [bytesOf(segFile), bytesOf(maskFile)];
  const pair = [seg, mask].map((bytes) => createHash('sha256').update(bytes).digest('hex')).join();
  if (known.has(pair)) return;
  const { ct } = partsOf(raw);
  const headers = readdirSync(ct).map((name) => {
    const bytes = bytesOf(ct, name);
    return parseHeader(name, bytes, bytes.length);
  });
  const images = headers.filter((header) => header !== undefined && header !== 'incomplete');
  const object = parsePart10('seg.dcm', seg);
  if (object === undefined) throw new Error(`${segFile} is no DICOM`);
  const dicom = [...images, object];
  const { candidates } = ctSeries(dicom, rules);
  const [{ series, draw }] = maskCandidates(maskObjects(dicom, rules), candidates, rules);
  const { stack } = await stackHeaders(series, rules);
  const wanted = decodeNifti(maskFile, mask).data as Uint8Array;
  if (Buffer.compare(drawOn(stack, draw).mask, wanted) !== 0)
    throw new Error(`${segFile} has other voxels than ${maskFile}`);
  const [nx, ny, nz] = stack.geometry.size;
  const planes = Array.from({ length: nz }, (_, z) => wanted.subarray(z * nx * ny, (z + 1) * nx * ny));
  const occupied = planes.filter((plane) => plane.includes(1)).length;
  const frames = Number(text(object.dataset, Tag.NumberOfFrames));
  if (frames !== occupied) throw new Error(`${segFile} has ${frames} frames, and the mask ${occupied}`);
  known.add(pair);
}

/** Runs a program that writes OUT/PATIENT/seg.dcm of each patient's mask. */
async function measureSegs(
  { raw, interim, manifest }: Run,
  folder: string,
  command: (out: string) => Command,
): Promise<Sample> {
  const out = join(folder, 'out');
  return measureTask({
    ...command(out),
    inputs: [raw, interim],
    out,
    async check() {
      for (const { patient_id: id } of manifest.outputs)
        await expectSegOf(join(out, id, 'seg.dcm'), join(raw, id), join(interim, id, 'tumor.nii.gz'));
    },
  });
}

const groupOf = (cases: number): Row['group'] => (cases === 1 ? 'SEG of one mask' : 'SEG from masks');

/** `swinprep export dicom-seg` of all cases, by as many workers as it takes by itself. */
export function exportSegRow(bench: Bench, name: string, cases: number): Row {
  return {
    name,
    title:
      'swinprep export dicom-seg: masks of convert and headers of the CT in, a SEG and a record a patient out',
    group: groupOf(cases),
    cases,
    async measure(folder) {
      const run = await finishedRun(bench, 'lung1', cases);
      return measureSegs(run, folder, (out) =>
        swinprep('export', 'dicom-seg', '--interim', run.interim, '--raw', run.raw, '--out', out),
      );
    },
  };
}

/** The same by highdicom, a patient after the other in one process. */
export function highdicomSegRow(bench: Bench, name: string, cases: number): Row {
  const peer = pythonPeer('highdicom_seg.py', 'requirements.txt', ['highdicom', 'pydicom', 'nibabel']);
  return {
    name,
    title: 'the same by highdicom: headers by pydicom, masks by nibabel, no records',
    group: groupOf(cases),
    cases,
    ready: peer.ready,
    async measure(folder) {
      const run = await finishedRun(bench, 'lung1', cases);
      return measureSegs(run, folder, (out) => peer.command(run.raw, run.interim, out));
    },
  };
}
