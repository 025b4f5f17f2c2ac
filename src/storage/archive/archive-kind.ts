/** How an archive is packed, by its name. */
export type ArchiveKind = 'zip' | 'tar' | 'tgz';

const ENDINGS: readonly (readonly [ArchiveKind, RegExp])[] = [
  ['zip', /\.zip$/i],
  ['tar', /\.tar$/i],
  ['tgz', /(\.tar\.gz|\.tgz)$/i],
];

const INTO_FOLDER = 'unpack it into a folder';

/** What looks like an archive or a packed file and is not opened, and what to do with it. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\.z\d\d$/i, `a volume of a split zip: ${INTO_FOLDER}`],
  [/\.(zip|zipx|7z|rar|tar|tgz|gz|bz2|xz)\.\d{3}$/i, `a volume of a split archive: ${INTO_FOLDER}`],
  [/\.(7z|rar|zipx)$/i, `${INTO_FOLDER}, or pack it again as .zip`],
  [/(\.tar\.(bz2?|xz|zst|lz|lzma|z)|\.t(bz2?|xz|zst|lz))$/i, `${INTO_FOLDER}, or pack it again as .tar.gz`],
  [/\.(iso|dmg)$/i, 'an image of a disk: copy what it holds into a folder'],
  [/(?<!\.nii)\.gz$/i, 'a file packed by gzip: unpack it with gunzip'],
  [/\.(bz2|xz|zst|lzma|z)$/i, 'a packed file: unpack it'],
];

const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

function endingOf(key: string): readonly [ArchiveKind, RegExp] | undefined {
  const name = lastPart(key);
  // macOS puts `._NAME` beside the file NAME on disks of other systems: it holds attributes.
  if (name.startsWith('._')) return undefined;
  return ENDINGS.find(([, ending]) => name.replace(ending, '') !== name && name.replace(ending, '') !== '');
}

/** The kind of archive that a file's name or key says it is, in any case of letters; undefined for another file. */
export function archiveKind(key: string): ArchiveKind | undefined {
  return endingOf(key)?.[0];
}

/** The name or key of an archive without its ending; another one as it is. */
export function archiveStem(key: string): string {
  const ending = endingOf(key)?.[1];
  return ending === undefined ? key : key.replace(ending, '');
}

/** For what looks like an archive and is none that is opened: what to do with it. Else undefined. */
export function foreignArchive(key: string): string | undefined {
  const name = lastPart(key);
  if (name.startsWith('._') || archiveKind(name) !== undefined) return undefined;
  return FOREIGN.find(([ending]) => ending.test(name))?.[1];
}
