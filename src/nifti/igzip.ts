import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { messageOf, ProgramError } from '../errors.ts';
import { isGzip } from './gunzip.ts';
import { HEADER, Trailer } from './gzip.ts';

/** Of Intel's ISA-L, https://github.com/intel/isa-l; in Debian and Ubuntu the package isal has it. */
const PROGRAM = 'igzip';

/** ISA-L has levels 0 to 3. */
const HIGHEST_LEVEL = 3;

/** Offset of the byte that announces optional fields of the header, such as a name (RFC 1952, 2.3). */
const FLAGS_OFFSET = 3;

function cannotStart(cause: unknown): ProgramError {
  const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const why = absent ? 'is not on the PATH' : `cannot be started: ${messageOf(cause)}`;
  return new ProgramError(`${PROGRAM} ${why}`, { cause });
}

/** What the program prints when it is given the parts one after the other. Throws a ProgramError unless it ends well. */
async function printed(args: readonly string[], parts: Iterable<Uint8Array>): Promise<Buffer<ArrayBuffer>> {
  const out: Buffer[] = [];
  const complaints: Buffer[] = [];
  let ending: [code: number | null, signal: NodeJS.Signals | null];
  try {
    const child: ChildProcess = spawn(PROGRAM, args);
    // Node makes no pipes where it may open no more files, and says so later.
    child.stdout?.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr?.on('data', (bytes: Buffer) => complaints.push(bytes));
    // Where the program stops reading, how it ends says more than the broken pipe does.
    if (child.stdin) pipeline(parts, child.stdin).catch(() => {});
    ending = (await once(child, 'close')) as typeof ending;
  } catch (cause) {
    throw cannotStart(cause);
  }
  const [code, signal] = ending;
  if (code === 0) return Buffer.concat(out);
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  const why = Buffer.concat(complaints).toString().trim();
  throw new ProgramError(`${PROGRAM} ${how}${why === '' ? '' : `: ${why}`}`);
}

/** Parts on their way to the program, which may stop reading before the last one. */
class Feed implements Iterable<Uint8Array> {
  readonly trailer = new Trailer();
  /** All have been given. */
  ended = false;
  /** What kept a part from being made. */
  failure: unknown;
  readonly #parts: Iterable<Uint8Array>;

  constructor(parts: Iterable<Uint8Array>) {
    this.#parts = parts;
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    try {
      for (const part of this.#parts) {
        this.trailer.add(part);
        yield part;
      }
      this.ended = true;
    } catch (thrown) {
      this.failure = thrown;
      throw thrown;
    }
  }
}

/**
 * As `gzip`, by a process of the program igzip. Levels above 3 count as 3. The bytes depend on the input and the level,
 * the version of ISA-L, and the instructions of the CPU, by which it chooses its code; what they inflate to never does.
 * Throws a ProgramError where igzip is absent or fails, or what it gives is no gzip member of the input by its CRC-32
 * and length.
 */
export async function igzip(parts: Iterable<Uint8Array>, level: number): Promise<readonly Uint8Array[]> {
  const options = ['--no-name', '--stdout', `-${Math.min(level, HIGHEST_LEVEL)}`];
  const feed = new Feed(parts);
  const member = await printed(options, feed);
  if (feed.failure !== undefined) throw feed.failure;
  const trailer = feed.trailer.encode();
  const whole =
    feed.ended &&
    member.length > HEADER.length + trailer.length &&
    isGzip(member) &&
    member[FLAGS_OFFSET] === 0 &&
    member.subarray(-trailer.length).equals(trailer);
  if (!whole)
    throw new ProgramError(
      `${PROGRAM} gave ${member.length} bytes that are no gzip file of what it was given`,
    );
  return [HEADER, member.subarray(HEADER.length)];
}
