/**
 * `swinprep-masks.ts RAW OUT`: the part of convert that makes the tumour mask, of which there is no command: RAW/PATIENT in,
 * OUT/PATIENT.nii.gz out, one patient after the other in one thread. Files are read whole, pixels of the CT are not decoded.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRESETS } from '../../src/config/presets.ts';
import { parsePart10 } from '../../src/dicom/file/part10.ts';
import { maskCandidates, maskObjects } from '../../src/dicom/mask/mask-candidates.ts';
import { stackCt } from '../../src/dicom/series/ct-volume.ts';
import { ctSeries } from '../../src/dicom/series/series-grouping.ts';
import { drawOn } from '../../src/dicom/study/study.ts';
import { encodeNiftiGz } from '../../src/nifti/encode.ts';
import { studyRules } from '../../src/raw/patient/rules.ts';
import { filesAt } from '../support/shared-data.ts';

const config = PRESETS.lung1;
const rules = studyRules(config);

async function writeMask(folder: string, target: string): Promise<void> {
  const dicom = filesAt(folder)
    .map(({ name, bytes }) => parsePart10(name, bytes))
    .filter((file) => file !== undefined);
  const { candidates } = ctSeries(dicom, rules);
  const [{ series, draw }] = maskCandidates(maskObjects(dicom, rules), candidates, rules);
  const { stack } = await stackCt(series, rules);
  const { mask } = drawOn(stack, draw);
  const gzip = { engine: 'zlib', level: config.output.gzipLevelInt } as const;
  const pieces = await encodeNiftiGz({ data: mask, geometry: stack.geometry }, gzip);
  writeFileSync(target, Buffer.concat(pieces));
}

const [, , raw, out] = process.argv;
const startupS = Date.now() / 1000 - Number(process.env.BENCH_STARTED);
process.stdout.write(`{"startup_s": ${startupS.toFixed(3)}}\n`);
for (const patient of readdirSync(raw)) await writeMask(join(raw, patient), join(out, `${patient}.nii.gz`));
