import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '../yaml-file.ts';

/** Absolute path of the folder that `code` of a `file` names on this machine; undefined where it names none. */
export function codeFolder(code: string | undefined, file: string): string | undefined {
  if (code === undefined || code.startsWith('azureml:') || code.startsWith('git+') || code.includes('://'))
    return undefined;
  return path.resolve(path.dirname(file), code);
}

/** As `codeFolder`, as a list of one or none. */
export function codeFolders(code: string | undefined, file: string): string[] {
  const folder = codeFolder(code, file);
  return folder === undefined ? [] : [folder];
}

/** Reports code of a Git repository, as azure-ai-ml does but for parallel jobs, and a folder of code that is not there, or is no folder. */
export async function checkCode(code: string | undefined, file: string, report: Report): Promise<void> {
  // Not shown: a token may stand in it.
  if (code?.startsWith('git+'))
    report('code: none is taken from a Git repository; clone it and name the folder');
  const folder = codeFolder(code, file);
  if (folder === undefined) return;
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) report(`code: ${folder} does not exist`);
  else if (!found.isDirectory()) report(`code: ${folder} is a file; name the folder that it lies in`);
}
