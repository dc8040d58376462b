#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What every file of the repository keeps to: a licence line, no path of somebody's machine, a length
# that can be read. Scripts beside test data count, the data do not. Run from the root of the repository.
set -euo pipefail
failures=0
fail() {
  printf '%s\n' "$1"
  failures=$((failures + 1))
}

# Everything that is ours to read; data and what is built are not. (No git: a bare machine has none.)
mapfile -t files < <(find . \( -path ./build -o -path ./.git -o -path ./.cache -o -path ./.models \
  -o -path ./.venv -o -path ./fuzz/corpus -o -path ./data -o -name __pycache__ -o -name '.*_cache' \) -prune \
  -o -type f \( -not -path './tests/golden/*' -not -path './tests/data/*' -o -name '*.py' -o -name '*.sh' \) -print |
  sed 's|^\./||' | sort)

for file in "${files[@]}"; do
  case $file in
    *.h | *.cc | *.py | *.sh | *.cmake | */CMakeLists.txt | .ci/run)
      head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
        fail "$file: no SPDX line among the first three"
      ;;
  esac
  case $file in
    *.h | *.cc)
      lines=$(wc -l <"$file")
      [ "$lines" -le 600 ] || fail "$file: $lines lines, more than 600; does it have one reason to change?"
      ;;
  esac
done

paths=$(grep -nIE '(^|[^A-Za-z0-9_.-])/(work|root|home)/' "${files[@]}" | grep -v '^tests/style/sources.sh:' || true)
[ -z "$paths" ] || fail "paths of one machine:"$'\n'"$paths"

[ "$failures" = 0 ] || exit 1
echo "${#files[@]} files looked at"
