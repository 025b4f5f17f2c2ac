import { randomBytes } from 'node:crypto';

/** A write under way, or what a killed one left. */
const PARTIAL = /^\.(.+)\.[0-9a-f]{12}\.part$/;

/** A fresh name in the same folder for the bytes of `name` until they are complete: `.NAME.<12 hex digits>.part`. */
export function partialName(name: string): string {
  return `.${name}.${randomBytes(6).toString('hex')}.part`;
}

export function isPartial(name: string): boolean {
  return PARTIAL.test(name);
}

export function isPartialOf(name: string, file: string): boolean {
  return PARTIAL.exec(file)?.[1] === name;
}
