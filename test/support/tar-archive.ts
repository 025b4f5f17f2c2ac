import { gzipSync } from 'node:zlib';
import { Header, type HeaderData, Pax } from 'tar';

export interface TarredMember extends HeaderData {
  readonly path: string;
  readonly content?: Uint8Array;
  /** Code of the type where it is one that the library does not write. */
  readonly typeCode?: string;
}

const BLOCK_BYTES = 512;
const END = new Uint8Array(2 * BLOCK_BYTES);

function padded(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(content.length / BLOCK_BYTES) * BLOCK_BYTES);
  bytes.set(content);
  return bytes;
}

/** A header block; `size` may say something else than the content that follows. */
function headerOf({ content, typeCode, ...data }: TarredMember): Uint8Array[] {
  const header = new Header({
    mode: 0o644,
    type: 'File',
    size: content?.length ?? 0,
    mtime: new Date(0),
    ...data,
  });
  const needsPax = header.encode();
  const block = header.block!;
  if (typeCode !== undefined) {
    block.write(typeCode, 156, 'latin1');
    block.fill(0x20, 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  const pax = needsPax
    ? [new Pax({ path: data.path, size: header.size ?? 0, linkpath: data.linkpath ?? '' }).encode()]
    : [];
  return [...pax, block];
}

/** Members of a tar archive without its end. */
export function tarMembersOf(members: readonly TarredMember[]): Uint8Array {
  return Buffer.concat(
    members.flatMap((member) => [...headerOf(member), padded(member.content ?? new Uint8Array(0))]),
  );
}

/** A whole tar archive, in the order of its members. */
export function tarOf(members: readonly TarredMember[]): Uint8Array {
  return Buffer.concat([tarMembersOf(members), END]);
}

/** Files by name as a tar archive. */
export function tarOfFiles(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return tarOf(Object.entries(files).map(([path, content]) => ({ path, content })));
}

/** Files by name as a gzipped tar archive. */
export function tgzOfFiles(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return gzipSync(tarOfFiles(files), { level: 1 });
}
