import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bench, measureTask } from './bench.ts';
import { type MaskInputs, type MaskKind, maskInputs } from './mask-inputs.ts';
import type { Command } from './measure.ts';
import { programVersion, pythonPeer } from './peers.ts';
import type { Row, Sample } from './row.ts';
import { expectSameVolume } from './sameness.ts';

const OWN = fileURLToPath(new URL('./swinprep-masks.ts', import.meta.url));

/** Runs a program that writes masks below `OUT`, and holds each against that of convert, voxel by voxel. */
function measureMasks(
  { raw, patients }: MaskInputs,
  folder: string,
  command: (out: string) => Command,
  fileOf: (out: string, id: string) => string = (out, id) => join(out, `${id}.nii.gz`),
): Promise<Sample> {
  const out = join(folder, 'out');
  mkdirSync(out);
  return measureTask({
    ...command(out),
    inputs: [raw],
    out,
    check() {
      for (const { id, wanted } of patients) expectSameVolume(fileOf(out, id), wanted, { voxel: 0 });
    },
  });
}

/** What swinprep does to make the masks: everything of convert but the pixels of the CT. */
export function ownMaskRow(bench: Bench, name: string, kind: MaskKind): Row {
  return {
    name,
    title: `swinprep, the tumour from ${kind}: patient's files in, mask on the grid of the CT out, 1 thread`,
    group: `mask from ${kind}`,
    cases: bench.fewCases,
    async ready() {
      await maskInputs(bench, kind);
      return {};
    },
    async measure(folder) {
      const inputs = await maskInputs(bench, kind);
      return measureMasks(inputs, folder, (out) => ({
        command: process.execPath,
        args: ['--experimental-strip-types', '--no-warnings', OWN, inputs.raw, out],
      }));
    },
  };
}

/** The same by Python packages: highdicom for SEG. */
export function highdicomRow(bench: Bench, name: string, kind: MaskKind): Row {
  const peer = pythonPeer('highdicom_masks.py', 'requirements.txt', ['highdicom', 'pydicom', 'SimpleITK']);
  const by = kind === 'SEG' ? 'highdicom' : 'pydicom and numpy (dicom_front_end.py)';
  return {
    name,
    title: `the same by ${by}, written by SimpleITK`,
    group: `mask from ${kind}`,
    cases: bench.fewCases,
    async ready() {
      await maskInputs(bench, kind);
      return peer.ready();
    },
    async measure(folder) {
      const inputs = await maskInputs(bench, kind);
      return measureMasks(inputs, folder, (out) => peer.command(inputs.raw, out));
    },
  };
}

/** plastimatch, which reads the pixels of the CT and draws every structure, since it cannot be told not to. */
export function plastimatchRow(bench: Bench, name: string): Row {
  const kind = 'RTSTRUCT';
  return {
    name,
    title: 'plastimatch convert: all structures, as it cannot draw one; it reads the CT for its grid',
    group: `mask from ${kind}`,
    cases: bench.fewCases,
    async ready() {
      await maskInputs(bench, kind);
      return programVersion('plastimatch', ['--version'], /[\d.]+/);
    },
    async measure(folder) {
      const inputs = await maskInputs(bench, kind);
      const each = 'plastimatch convert --input "$1" --referenced-ct "$2" --output-prefix "$3"';
      const all = `while [ $# -gt 0 ]; do ${each} --prefix-format nii.gz > /dev/null || exit 1; shift 3; done`;
      const command = (out: string): Command => ({
        command: '/bin/sh',
        args: [
          ...['-c', all, 'sh'],
          ...inputs.patients.flatMap(({ id, ct, maskObject }) => [maskObject, ct, join(out, id)]),
        ],
      });
      return measureMasks(inputs, folder, command, (out, id) => {
        const tumour = readdirSync(join(out, id)).find((file) => /^gtv[-_ ]*0*1\.nii\.gz$/i.test(file));
        return join(out, id, tumour ?? 'GTV-1.nii.gz');
      });
    },
  };
}
