import { expect, it } from 'vitest';
import { archiveKind, archiveStem, foreignArchive } from '../../../src/storage/archive/archive-kind.ts';

it.each([
  ['a/LUNG1-001.zip', 'zip', 'a/LUNG1-001'],
  ['STUDY.ZIP', 'zip', 'STUDY'],
  ['a.b.tar', 'tar', 'a.b'],
  ['Task06_Lung.Tar.Gz', 'tgz', 'Task06_Lung'],
  ['x.tgz', 'tgz', 'x'],
])('%s is an archive', (name, kind, stem) => {
  expect([archiveKind(name), archiveStem(name), foreignArchive(name)]).toEqual([kind, stem, undefined]);
});

it.each(['a.dcm', 'ct.nii.gz', 'CT.NII.GZ', 'IM.001', 'x.zip/1.dcm', 'zip', '.zip', '._study.zip', 'iso'])(
  '%s is a file like any other',
  (name) => {
    expect([archiveKind(name), archiveStem(name), foreignArchive(name)]).toEqual([
      undefined,
      name,
      undefined,
    ]);
  },
);

it.each([
  ['a/x.7z', 'unpack it into a folder'],
  ['x.RAR', 'unpack it into a folder'],
  ['x.part1.rar', 'unpack it into a folder'],
  ['x.zipx', 'unpack it into a folder'],
  ['x.tar.bz2', 'pack it again as .tar.gz'],
  ['x.tbz2', 'pack it again as .tar.gz'],
  ['x.tar.xz', 'pack it again as .tar.gz'],
  ['x.txz', 'pack it again as .tar.gz'],
  ['x.tar.zst', 'pack it again as .tar.gz'],
  ['disc.iso', 'copy what it holds into a folder'],
  ['x.z01', 'a volume of a split zip'],
  ['x.zip.001', 'a volume of a split archive'],
  ['x.7z.002', 'a volume of a split archive'],
  ['1.dcm.gz', 'gunzip'],
  ['1.dcm.bz2', 'unpack it'],
])('%s is named with what to do', (name, whatToDo) => {
  expect(archiveKind(name)).toBeUndefined();
  expect(foreignArchive(name)).toContain(whatToDo);
});
