#!/usr/bin/env bash
# The npm package tar leaves a sparse file of GNU tar out, or unpacks a shorter one under another name, and says nothing.
#
# Date:      2026-11-28
# Versions:  tar (npm) 7.5.23, GNU tar 1.34, Python 3.11.7 tarfile
# Guess:     `tar --sparse` saves the room of holes in an archive, and a mask is mostly zeros: whoever unpacks it gets the file
#            back. A reader that does not know sparse files says so by onwarn, or fails where it is strict.
# Behaviour: of the format that GNU tar writes by default (type S) the file is not there at all: not listed, not unpacked. Of
#            --format=pax, where a sparse file is a plain one with a remark before it, a file GNUSparseFile.PID/NAME is unpacked
#            that holds a map of the pieces and the pieces, and no NAME. There is no warning, and strict does not fail.
#            GNU tar and Python's tarfile give the file back.
# Seen (a file of 2 MiB with 8 KiB that are not zero, and a plain one of 2 bytes):
#   gnu  GNU tar    mask.nii 2097152, note.txt 2
#   gnu  tarfile    mask.nii 2097152, note.txt 2
#   gnu  npm tar    note.txt 2
#   pax  GNU tar    mask.nii 2097152, note.txt 2
#   pax  tarfile    mask.nii 2097152, note.txt 2
#   pax  npm tar    GNUSparseFile.PID/mask.nii 8704, note.txt 2
#   holds: tar 7.5.23 unpacks no sparse file, without a warning
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" tar@7.5.23 > "$work/npm.log"

cd "$work"
python3 - <<'PY'
with open("mask.nii", "wb") as file:
    file.write(b"\1" * 4096)
    file.seek(2**20)
    file.write(b"\2" * 4096)
    file.truncate(2**21)
PY
echo x > note.txt
cat > unpack.mjs <<'JS'
import { extract } from 'tar';

const [file, cwd] = process.argv.slice(2);
await extract({ file, cwd, strict: true, onwarn: (code, message) => console.log(`warning: ${code} ${message}`) });
JS
files() {
  (cd "$1" && find . -type f -printf '%P %s\n' | sed 's/GNUSparseFile\.[0-9]*/GNUSparseFile.PID/' | sort | paste -sd, | sed 's/,/, /g')
}
whole='mask.nii 2097152, note.txt 2'
show() {
  local format=$1 reader=$2 before=$3 seen
  seen=$(files "$format-${reader// /-}")
  printf '%-4s %-10s %s\n' "$format" "$reader" "$seen"
  if [ "$seen" != "$before" ]; then
    echo "changed: $before before" >&2
    exit 1
  fi
}
for format in gnu pax; do
  tar --format="$format" --sparse --hole-detection=raw -cf "$format.tar" mask.nii note.txt
  mkdir "$format-GNU-tar" "$format-tarfile" "$format-npm-tar"
  tar -xf "$format.tar" -C "$format-GNU-tar"
  python3 -c "import tarfile; tarfile.open('$format.tar').extractall('$format-tarfile')" 2> /dev/null
  warnings=$(node unpack.mjs "$format.tar" "$format-npm-tar")
  if [ -n "$warnings" ]; then
    echo "changed: no warning before, now $warnings" >&2
    exit 1
  fi
  show "$format" 'GNU tar' "$whole"
  show "$format" tarfile "$whole"
  if [ "$format" = gnu ]; then
    show gnu 'npm tar' 'note.txt 2'
  else
    show pax 'npm tar' 'GNUSparseFile.PID/mask.nii 8704, note.txt 2'
  fi
  cmp mask.nii "$format-GNU-tar/mask.nii"
  cmp mask.nii "$format-tarfile/mask.nii"
done
echo "holds: tar 7.5.23 unpacks no sparse file, without a warning"
