import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A line of `.amlignore` or `.gitignore`: what it fits is left out, or with `!` kept after all. */
interface IgnoreRule {
  readonly pattern: RegExp;
  readonly ignored: boolean;
}

/** What azure-ai-ml leaves out of the code of every component. */
const ALWAYS = '__pycache__';

/**
 * Tells which files of a code folder azure-ai-ml leaves out: those of its `.amlignore`, or where there is none of its
 * `.gitignore`. As there, the last line that fits counts, and ignore files further down are not read.
 */
export async function ignoredFiles(folder: string): Promise<(name: string) => boolean> {
  const text =
    (await textOf(path.join(folder, '.amlignore'))) ?? (await textOf(path.join(folder, '.gitignore'))) ?? '';
  const rules = [...text.split(/\r\n|\r|\n/), ALWAYS].flatMap(ruleOf);
  return (name) => rules.findLast(({ pattern }) => pattern.test(name))?.ignored ?? false;
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** A line as gitignore(5) has it. One that only ends in a backslash fits nothing. */
function ruleOf(line: string): IgnoreRule[] {
  const text = line.trim();
  if (text === '' || text === '/' || text.startsWith('#') || /(?<!\\)(?:\\\\)*\\$/.test(text)) return [];
  const ignored = !text.startsWith('!');
  const glob = text.slice(ignored ? 0 : 1).split('/');
  const segments = glob.filter((part, at) => part !== '**' || glob[at + 1] !== '**');
  if (segments.join('/') === '**/') return [{ pattern: /^.+\//s, ignored }];
  // A name without a slash before its end is looked for at every depth, one with a slash from the root.
  const anywhere = segments.length === 1 || (segments.length === 2 && segments[1] === '');
  if (segments[0] === '') segments.shift();
  else if (anywhere && segments[0] !== '**') segments.unshift('**');
  if (segments.length > 1 && segments.at(-1) === '') segments[segments.length - 1] = '**';
  return [{ pattern: new RegExp(`^${expressionOf(segments)}$`, 's'), ignored }];
}

function expressionOf(segments: readonly string[]): string {
  const last = segments.length - 1;
  if (last === 0 && segments[0] === '**') return '.+';
  let expression = '';
  let slash = '';
  for (const [at, segment] of segments.entries()) {
    if (segment !== '**') {
      const glob = segment === '*' ? '[^/]+' : globOf(segment);
      // What is named is ignored with all that lies below it.
      expression += slash + glob + (at === last ? '(?:/.*)?' : '');
      slash = '/';
    } else if (at === 0) expression += '(?:.+/)?';
    else if (at === last) expression += '/.*';
    else expression += '(?:/.+)?';
  }
  return expression;
}

/** `*`, `?`, `[...]` and `\` of one segment. */
function globOf(segment: string): string {
  return segment.replace(
    /\\(.)|\*|\?|\[(!?)(\]?[^\]]*)\]|[\s\S]/g,
    (whole, escaped: string | undefined, not: string | undefined, set: string | undefined) => {
      if (escaped !== undefined) return literal(escaped);
      if (set !== undefined && set !== '')
        return `[${not === '!' ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
      if (whole === '*') return '[^/]*';
      return whole === '?' ? '[^/]' : [...whole].map(literal).join('');
    },
  );
}

function literal(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
