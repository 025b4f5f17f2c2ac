import { counted } from '../../counted.ts';
import type { Report, StepEvent } from '../../runner/report.ts';
import { doneBefore } from './done-before.ts';

/** "3 min", "40 s": rough, as a forecast is. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** Rate and time left, from the patients that this run has worked on itself. */
export function pace(worked: number, left: number, seconds: number): string {
  if (worked === 0 || seconds <= 0) return '';
  const perSecond = worked / seconds;
  const rate = perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
  return left === 0 ? rate : `${rate}, about ${roughDuration(left / perSecond)} left`;
}

interface Tally {
  readonly total: number;
  readonly started: number;
  done: number;
  worked: number;
}

type StartedEvent = Extract<StepEvent, { kind: 'started' }>;
type PatientEvent = Extract<StepEvent, { kind: 'patient' }>;

/** The first line of a step; there are no workers where nothing is left for them. */
function startText({ step, patients, workers }: StartedEvent): string {
  return `${step}: ${counted(patients, 'patient')}${workers > 0 ? `, ${counted(workers, 'worker')}` : ''}`;
}

function tallyText({ total, started, done, worked }: Tally): string {
  return [`${done}/${total}`, pace(worked, total - done, (performance.now() - started) / 1000)]
    .filter((t) => t !== '')
    .join(', ');
}

function stateText({ step, state, skipped, message }: PatientEvent): string {
  const what = skipped ? `${state} (${doneBefore(step)})` : state;
  return message === undefined ? what : `${what}: ${message}`;
}

/** Goes to the start of the line above and clears it. */
const ERASE_LINE_ABOVE = '\u001b[1A\r\u001b[K';

/** Characters of a whole bar. */
const BAR_LENGTH = 30;

/** "████░░░░  convert: 3/6, 2.4/s", cut to a line of the terminal. */
function barLine({ done, total }: Tally, message: string): string {
  const full = Math.floor((BAR_LENGTH * done) / total);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_LENGTH - full);
  return `${bar}  ${message}`.slice(0, Math.max(1, (process.stderr.columns || 80) - 1));
}

/**
 * A bar for a terminal. Patients that are not `ok` are counted in it and told at the end: a line would break the drawing.
 * It does not listen to the keyboard, so that Ctrl-C is what it is everywhere: SIGINT to all processes in the foreground.
 */
function drawnReport(write: (line: string) => void): Report {
  let tally: Tally | undefined;
  let notOk = 0;
  let drawn = false;
  const draw = (state: Tally, message: string): void => {
    if (drawn) process.stderr.write(ERASE_LINE_ABOVE);
    write(barLine(state, message));
    drawn = true;
  };
  return (event) => {
    if (event.kind === 'note') {
      write(event.message);
      drawn = false;
    } else if (event.kind === 'started') {
      tally = { total: event.patients, started: performance.now(), done: 0, worked: 0 };
      notOk = 0;
      drawn = false;
      draw(tally, startText(event));
    } else if (tally !== undefined) {
      tally.done++;
      if (!event.skipped) tally.worked++;
      if (event.state !== 'ok') notOk++;
      draw(tally, `${event.step}: ${tallyText(tally)}${notOk > 0 ? `, ${notOk} not ok` : ''}`);
    }
  };
}

/** A line a patient, for logs. */
function plainReport(write: (line: string) => void): Report {
  let tally: Tally | undefined;
  return (event) => {
    if (event.kind === 'note') write(event.message);
    else if (event.kind === 'started') {
      tally = { total: event.patients, started: performance.now(), done: 0, worked: 0 };
      write(startText(event));
    } else if (tally !== undefined) {
      tally.done++;
      if (!event.skipped) tally.worked++;
      write(`${event.step}: ${event.patientId} ${stateText(event)} [${tallyText(tally)}]`);
    }
  };
}

/** Progress on standard error: a bar where it is a terminal, plain lines elsewhere. */
export function progressReport(): Report {
  const write = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  return process.stderr.isTTY ? drawnReport(write) : plainReport(write);
}
