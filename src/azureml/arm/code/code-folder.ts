import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../../errors.ts';
import { ignoredFiles } from './ignored-files.ts';

/** A folder of code that a job needs where it runs. */
export interface CodeFolder {
  readonly folder: string;
  /** Below the folder, with `/`. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Of names, sizes and content, as azure-ai-ml has it (`hash_sha256`, version 202208), in hex. */
  readonly hash: string;
}

/** "Storage limits of experiment snapshots", Azure Machine Learning. */
const MOST_BYTES = 300e6;
const MOST_FILES = 2000;

/**
 * Reads the names of a code folder and hashes its files, but for those that its ignore file leaves out; links are
 * followed. Throws a UsageError where nothing is left, or more than Azure ML takes.
 */
export async function readCodeFolder(folder: string): Promise<CodeFolder> {
  const isIgnored = await ignoredFiles(folder);
  const files: { name: string; bytes: number }[] = [];
  await walk(folder, '', (name, bytes) => {
    if (!isIgnored(name)) files.push({ name, bytes });
  });
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (files.length === 0) throw new UsageError(`${folder}: there is no file in it that is not ignored`);
  if (bytes > MOST_BYTES || files.length > MOST_FILES) {
    throw new UsageError(
      `${folder}: ${files.length} files of ${Math.ceil(bytes / 1e6)} MB; Azure ML takes at most ${MOST_FILES} of ${MOST_BYTES / 1e6} MB as code: name what is not code in ${path.join(folder, '.amlignore')}`,
    );
  }
  const sorted = files.toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
  return { folder, files: sorted, hash: await hashOf(folder, sorted) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function walk(
  folder: string,
  below: string,
  found: (name: string, bytes: number) => void,
): Promise<void> {
  for (const entry of (await readdir(path.join(folder, below))).sort()) {
    const name = below === '' ? entry : `${below}/${entry}`;
    const place = await stat(path.join(folder, name));
    if (place.isDirectory()) await walk(folder, name, found);
    else found(name, place.size);
  }
}

async function hashOf(folder: string, files: CodeFolder['files']): Promise<string> {
  const hash = createHash('sha256').update(String(files.length));
  for (const { name, bytes } of files) hash.update(`#${name}#${bytes}`);
  for (const { name } of files)
    for await (const chunk of createReadStream(path.join(folder, name))) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
