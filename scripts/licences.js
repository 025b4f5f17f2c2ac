// What the licences of bundled packages ask to be kept.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the package that a module is of; undefined for a module of this project. */
function packageOf(module) {
  const at = module.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const parts = module.slice(at + 'node_modules/'.length).split('/');
  const name = parts.slice(0, parts[0].startsWith('@') ? 2 : 1).join('/');
  return path.join(module.slice(0, at), 'node_modules', name);
}

/** Name, version and licence of a package, and the text that its licence asks to be kept. */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
  return { name: `${name} ${version} (${license})`, text };
}

/** The notices of all packages that some modules are of, each text once. */
export function licencesOf(modules) {
  // Modules of the bundler itself lie in no folder.
  const folders = [...new Set(modules.map(packageOf))].filter(
    (folder) => folder !== undefined && existsSync(folder),
  );
  const groups = Map.groupBy(folders.sort().map(noticeOf), ({ text }) => text);
  return [...groups]
    .map(([text, packages]) => `${packages.map(({ name }) => name).join('\n')}\n\n${text}\n`)
    .join('\n----\n\n');
}
