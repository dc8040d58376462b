#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy with the checks of .clang-tidy, from the compile commands of the asan preset (clang's own), which
# is configured here where it is not; nothing is compiled.
#   scripts/tidy.sh                 every source
#   scripts/tidy.sh --changed       sources that differ from the main branch, or on it from the last commit
source "$(dirname "$0")/lib.sh"

all_sources() { find src apps fuzz -name '*.cc' | sort; }

# Where the change began; nothing when there is no history to tell (a shallow clone).
change_base() {
  local base
  base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse --verify --quiet HEAD~1 || true)
  fi
  echo "$base"
}

# A changed header is checked through the .cc of the same name.
changed_sources() {
  local base
  base=$(change_base)
  [ -n "$base" ] || return 0
  git diff --name-only "$base" -- src apps fuzz | sed -n 's/\.\(h\|cc\)$/.cc/p' | sort -u |
    while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

need "${build_packages[@]}" "${check_packages[@]}"
# A clone made by another user (a CI volume) is fine to read.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
if [ "${1:-}" = --changed ]; then files=$(changed_sources); else files=$(all_sources); fi
echo "clang-tidy: $(grep -c . <<<"$files" || true) files"
[ -n "$files" ] || exit 0
configure asan
[ -f build/asan/compile_commands.json ] || die 'build/asan lacks compile_commands.json; remove it and run this again'
# stderr only counts the warnings that the checks leave out.
xargs -P "$jobs" -n1 clang-tidy --quiet -p build/asan <<<"$files" 2>/dev/null ||
  die 'clang-tidy found something, see above'
