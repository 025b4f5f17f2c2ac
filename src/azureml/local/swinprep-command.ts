import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { callPipes, HERE, OUTPUT } from './call-pipes.ts';
import { quoted } from './job-process.ts';

/**
 * The program: a process that waits at the pipes in `folder` is asked to do the call in its stead, and where none does, or
 * it has not the surroundings of this call, `program` does it. Of the process that does it, it is told by its end:
 * whichever of the two ends first, the other one ends too.
 */
function scriptOf(folder: string, program: string): string {
  const { calls, answers, taken } = callPipes(folder);
  const [from, to, lock] = [answers, calls, taken].map(quoted);
  // A pipe opened for both waits for nobody. The end that it reads from is then opened again for reading alone: it ends
  // where no other process holds the pipe.
  return `#!/bin/sh
set -C
if [ -p ${from} ] && { true >${lock}; } 2>/dev/null; then
  exec 3<>${from} 4<${from} 3>&- 5<>${to} ${OUTPUT}>&1
  echo $$ >&5
  read -r answer <&4
  if [ "$answer" = ${HERE} ]; then
    if ! read -r code <&4; then
      echo 'swinprep: the process that did this has ended before its time' >&2
      code=1
    fi
    rm -f ${lock}
    exit "$code"
  fi
  exec 4<&- 5>&- ${OUTPUT}>&-
  rm -f ${lock}
fi
# exec: the process that the caller knows, and signals, is Node itself.
exec ${program} "$@"
`;
}

/**
 * Makes a folder, of this user alone, with a program `swinprep` that runs the script `cli` in this Node, so that the
 * command of a component.yml runs here as it does in the image, where `swinprep` is on the PATH. A `KeptProcess` of the
 * folder does it in its stead.
 */
export async function installSwinprepCommand(
  cli: string,
): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'swinprep-bin-'));
  const program = [process.execPath, path.resolve(cli)].map(quoted).join(' ');
  await writeFile(path.join(folder, 'swinprep'), scriptOf(folder, program), { mode: 0o755 });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
