import { counted } from '../../counted.ts';
import type { Profile, StageRow } from '../../records/profile.ts';
import { table } from './table.ts';

/** Stages named in brief; the rest are in the table. */
const NAMED = 6;

/** A rate over less than this tells nothing. */
const LEAST_SECONDS = 0.001;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

function rate({ bytes, seconds }: StageRow): string {
  return bytes === 0 || seconds < LEAST_SECONDS ? '' : (bytes / 1e6 / seconds).toFixed(0);
}

function share(seconds: number, whole: number): string {
  return whole > 0 ? `${((100 * seconds) / whole).toFixed(0)} %` : '-';
}

function sumOf(rows: readonly StageRow[]): number {
  return rows.reduce((sum, { seconds }) => sum + seconds, 0);
}

function largest(rows: readonly StageRow[]): string {
  const whole = sumOf(rows);
  const named = rows
    .filter(({ seconds }) => seconds >= whole / 100)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, NAMED);
  return named
    .map((row) => {
      const speed = rate(row);
      return `${row.stage} ${share(row.seconds, whole)}${speed === '' ? '' : ` (${speed} MB/s)`}`;
    })
    .join(', ');
}

/** Two lines that end a step's log: the largest stages, and what the process took. */
function profileBrief({ process, main, pool }: Profile): string[] {
  const { wall_s, cpu_user_s, cpu_system_s, peak_rss_bytes } = process;
  const time =
    pool === null
      ? `${main.wall_s.toFixed(1)} s: ${largest(main.stages)}`
      : `${main.wall_s.toFixed(1)} s, ${counted(pool.workers, 'worker')}: ${largest(pool.stages)}`;
  return [
    `  time: ${time}`,
    `  process: ${wall_s.toFixed(1)} s, CPU ${(cpu_user_s + cpu_system_s).toFixed(1)} s, peak memory ${megabytes(peak_rss_bytes)} MB`,
  ];
}

function stageTable(title: string, rows: readonly StageRow[]): string {
  const whole = sumOf(rows);
  const cells = rows.map((row) => [
    row.stage,
    row.seconds.toFixed(3),
    share(row.seconds, whole),
    row.bytes === 0 ? '' : megabytes(row.bytes),
    rate(row),
    row.calls === 0 ? '' : row.calls,
  ]);
  return table(
    [title, 'seconds', 'share', 'MB', 'MB/s', 'calls'],
    [...cells, ['sum', whole.toFixed(3), '', '', '', '']],
  );
}

/** Seconds by patient and stage, and MB in brackets. */
function patientTable({ patients, pool }: Profile): string {
  const stages = (pool?.stages ?? []).map(({ stage }) => stage).filter((stage) => stage !== 'idle');
  const cell = (row: StageRow | undefined): string => {
    if (row === undefined) return '';
    return `${row.seconds.toFixed(2)}${row.bytes === 0 ? '' : ` (${megabytes(row.bytes)})`}`;
  };
  return table(
    ['seconds (MB)', 'all', ...stages],
    patients.map(({ patient_id, wall_s, stages: rows }) => [
      patient_id,
      wall_s.toFixed(2),
      ...stages.map((stage) => cell(rows.find((row) => row.stage === stage))),
    ]),
  );
}

/** The whole of it: the workers' stages in sum and by patient, and the stages of the thread before and after them. */
function profileTables(profile: Profile): string[] {
  const { step, pool, main, patients } = profile;
  return [
    ...(pool === null ? [] : ['', stageTable(`${step}: ${counted(pool.workers, 'worker')}`, pool.stages)]),
    ...(patients.length === 0 ? [] : ['', patientTable(profile)]),
    '',
    stageTable(`${step}: main thread`, main.stages),
    '',
  ];
}

/** What ends the log of a step: two lines, and with `--profile` the tables before them. */
export function profileLines(profile: Profile, asked: boolean | undefined): string[] {
  return [...(asked ? profileTables(profile) : []), ...profileBrief(profile)];
}
