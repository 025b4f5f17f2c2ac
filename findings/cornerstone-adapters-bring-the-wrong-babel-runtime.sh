#!/usr/bin/env bash
# @cornerstonejs/adapters cannot be imported as it is installed: it needs @babel/runtime, and depends on runtime-corejs2.
#
# Date:      2026-11-29
# Versions:  @cornerstonejs/adapters, core, metadata and tools 5.14.0, dcmjs 0.52.0, @babel/runtime 7.29.15, Node 22 or newer
# Guess:     `npm install @cornerstonejs/adapters` and its peers, and `import` works.
# Behaviour: its modules import `@babel/runtime/helpers/...`; its package.json lists `@babel/runtime-corejs2`, which none of them
#            imports, and nothing else in the tree brings @babel/runtime. An app that has it by chance, of another library, does
#            not notice; a script does. Installed by hand, all is well.
# Seen:
#   installed with its peers      ERR_MODULE_NOT_FOUND: Cannot find package '@babel/runtime'
#   @babel of the tree            runtime-corejs2 runtime-corejs3
#   modules that import corejs2   0
#   with @babel/runtime           adaptersPMAP adaptersRT adaptersSEG adaptersSR
#   holds: @cornerstonejs/adapters 5.14.0 needs a package that it does not depend on
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
install() {
  npm install --loglevel=error --no-audit --no-fund --prefix "$work" "$@" > "$work/npm.log"
}
install @cornerstonejs/adapters@5.14.0 @cornerstonejs/core@5.14.0 @cornerstonejs/metadata@5.14.0 @cornerstonejs/tools@5.14.0 \
  dcmjs@0.52.0

cd "$work"
cat > load.mjs <<'JS'
try {
  const adapters = await import('@cornerstonejs/adapters');
  console.log(Object.keys(adapters).filter((name) => name.startsWith('adapters')).join(' '));
} catch (error) {
  console.log(`${error.code}: ${error.message.split(' imported from')[0]}`);
}
JS
check() {
  printf '%-28s  %s\n' "$1" "$2"
  if [ "$2" != "$3" ]; then
    echo "changed: $3 before"
    exit 1
  fi
}
check 'installed with its peers' "$(node load.mjs)" "ERR_MODULE_NOT_FOUND: Cannot find package '@babel/runtime'"
check '@babel of the tree' "$(ls node_modules/@babel | paste -sd' ')" 'runtime-corejs2 runtime-corejs3'
importers=$( (grep -rl --include='*.js' '@babel/runtime-corejs2' node_modules/@cornerstonejs/adapters/dist || true) | wc -l)
check 'modules that import corejs2' "$importers" 0
install @babel/runtime@7.29.15
check 'with @babel/runtime' "$(node load.mjs)" 'adaptersPMAP adaptersRT adaptersSEG adaptersSR'
echo "holds: @cornerstonejs/adapters 5.14.0 needs a package that it does not depend on"
