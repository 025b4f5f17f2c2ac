#!/usr/bin/env bash
# While a progress bar of @clack/prompts is drawn, Ctrl-C ends the program with exit code 0, and its own SIGINT handler is not called.
#
# Date:      2026-11-29
# Versions:  @clack/prompts 1.9.0, Python 3.11.7 (its pty)
# Guess:     a bar only draws. Ctrl-C sends SIGINT to all processes in the foreground, as it does without a bar: a handler of the
#            program cleans up, and a shell that runs one command after the other by && stops there.
# Behaviour: the bar puts the terminal into raw mode, in which Ctrl-C is a key and no signal, reads it, and calls process.exit(0).
#            No handler is called, no other process of the pipeline hears of it, and whoever started the program takes its work
#            for done.
# Seen (a program with a SIGINT handler that prints a line and exits with 130, on a pseudo-terminal, Ctrl-C after its start):
#   without a bar  exit code 130, SIGINT heard
#   with a bar     exit code 0, SIGINT not heard
#   holds: @clack/prompts 1.9.0 ends the program well at Ctrl-C
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --loglevel=error --no-audit --no-fund --prefix "$work" @clack/prompts@1.9.0 > "$work/npm.log"

cd "$work"
cat > program.mjs <<'JS'
import { progress } from '@clack/prompts';

process.on('SIGINT', () => {
  console.log('SIGINT heard');
  process.exit(130);
});
if (process.argv[2] === 'bar') {
  const bar = progress({ max: 10 });
  bar.start('converting');
  bar.advance(1);
}
console.log('ready');
setTimeout(() => process.exit(9), 20_000);
JS
cat > on_terminal.py <<'PY'
import os, pty, sys, time

pid, terminal = pty.fork()
if pid == 0:
    os.execvp("node", ["node", "program.mjs", sys.argv[1]])
shown = b""
while b"ready" not in shown:
    shown += os.read(terminal, 4096)
time.sleep(1)
os.write(terminal, b"\x03")
try:
    while more := os.read(terminal, 4096):
        shown += more
except OSError:  # the other end is closed
    pass
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(f"exit code {code}, SIGINT {'heard' if b'SIGINT heard' in shown else 'not heard'}")
PY
show() {
  local title=$1 what=$2 before=$3 seen
  seen=$(timeout 60 python3 on_terminal.py "$what")
  printf '%-14s %s\n' "$title" "$seen"
  if [ "$seen" != "$before" ]; then
    echo "changed: $before before" >&2
    exit 1
  fi
}
show 'without a bar' none 'exit code 130, SIGINT heard'
show 'with a bar' bar 'exit code 0, SIGINT not heard'
echo "holds: @clack/prompts 1.9.0 ends the program well at Ctrl-C"
