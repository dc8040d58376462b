#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# docs/error-codes.md lists exactly the codes of core/result.h. Run from the root of the repository.
set -euo pipefail
code=$(sed -nE '/^enum class ErrorCode/,/^};/s/^ *(k[A-Za-z]+) = ([0-9]+).*/\2 \1/p' include/decibit/result.h)
# shellcheck disable=SC2016  # the backquotes are Markdown's
documented=$(sed -nE 's/^\| ([0-9]+) \| `(k[A-Za-z]+)` \|.*/\1 \2/p' docs/error-codes.md)
[ -n "$code" ] || { echo 'no enumerators found in include/decibit/result.h'; exit 1; }
diff <(echo "$code") <(echo "$documented") ||
  { echo 'include/decibit/result.h (<) and docs/error-codes.md (>) differ'; exit 1; }
echo "$(wc -l <<<"$code") codes agree"
