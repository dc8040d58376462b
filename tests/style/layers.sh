#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Who may include whom: the layers of DESIGN.md. A link arrow between CMake targets does not see headers.
# Run from the root of the repository.
set -euo pipefail

# folder under src/, or a library of the program -> prefixes of what it may include, besides itself and the standard library
declare -A may_include=(
  [core]='decibit/result.h fmt/'
  [io]='core/ fmt/ nlohmann/ zlib.h sndfile.h soxr.h'
  [quant]='core/ fmt/'
  [kernels]='core/ quant/'
  [nn]='core/ io/ quant/ kernels/ fmt/'
  [dsp]='core/'
  [text]='core/ fmt/ pcre2.h utf8proc.h'
  [models]='core/ io/ quant/element.h nn/ dsp/ text/ fmt/'
  [speech]='core/ text/ nn/ models/ decibit/ fmt/'
  [transcription]='core/ io/ dsp/ text/ nn/ models/ decibit/ fmt/ zlib.h'
  [convert]='core/ io/ quant/ kernels/ nn/weights.h models/registry.h models/schema.h models/source_model.h models/source_index.h fmt/ pcre2.h'
  [apps/bench]='bench/ core/ quant/ kernels/ nn/ fmt/'
)
failures=0
fail() {
  printf '%s\n' "$1"
  failures=$((failures + 1))
}

for path in src/*/; do
  folder=$(basename "$path")
  [ -n "${may_include[$folder]:-}" ] || fail "src/$folder: no row in tests/style/layers.sh; see DESIGN.md"
done

# file:line:included, of quoted names, names with a folder, and the C libraries that have none
while IFS=: read -r file line included; do
  folder=${file#src/}
  case $folder in
    apps/*) folder=${folder%/*} ;;
    *) folder=${folder%%/*} ;;
  esac
  allowed=false
  for prefix in "$folder/" ${may_include[$folder]:-}; do
    [[ $included != "$prefix"* ]] || allowed=true
  done
  $allowed || fail "$file:$line: $folder may not include $included"
  # A model never includes another one; a folder without a schema is what several models are made of.
  if [[ $file =~ ^src/models/([a-z0-9_]+)/ && $included =~ ^models/([a-z0-9_]+)/ ]]; then
    other=${included%/*}
    if [ "src/$other" != "${file%/*}" ] && [ -f "src/$other/schema.cc" ]; then
      fail "$file:$line: a model may not include another model's $included"
    fi
  fi
done < <(grep -rnoE --include='*.h' --include='*.cc' '^ *# *include *("[^"]+"|<[^>]+/[^>]+>|<(zlib|pcre2|sndfile|soxr|utf8proc)\.h>)' src apps/bench |
  sed -E 's/: *# *include *["<]([^">]+)[">]/:\1/' | grep -vE ':(sys|linux)/')

# Whoever has only the public headers can compile them.
while IFS=: read -r file line _; do
  fail "$file:$line: a public header may include public headers and the standard library only"
done < <(grep -rnE '^ *# *include *("[^"]*"|<[^>]*/[^>]*>)' include | grep -v '"decibit/')

# Slow to compile, so never in a header and in one .cc only.
for library in CLI/ nlohmann/; do
  mapfile -t users < <(grep -rlE --include='*.h' --include='*.cc' "# *include *[<\"]$library" src apps tests bench fuzz)
  for user in "${users[@]}"; do
    [[ $user == *.cc ]] || fail "$user: a header may not include $library"
  done
  [ ${#users[@]} -le 1 ] || fail "$library is included by more than one file: ${users[*]}"
done

[ "$failures" = 0 ] || exit 1
echo 'every include stays within its layer'
