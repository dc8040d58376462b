#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the golden conversions of the families that the project's first golden set lacks: the tiny
# checkpoints of families_more.py through the real converter.
#
#   generate.sh TOOLS PYTHON WORK [case ...]
#
# TOOLS   the folder golden/convert of the golden set, with gen_convert.py, ref_convert.py, families.py
# PYTHON  an interpreter with mlx 0.32.4 (CPU) and mlx-audio 0.6.2
# WORK    an empty folder for checkpoints and results
# Writes ../sources and ../cases. Nothing is downloaded: ref_convert.py stands in for the codec that
# two of mlx-audio's modules fetch when they are imported.
set -eu
if [ $# -lt 3 ]; then
  sed -n '3,12p' "$0" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
tools=$1
python=$2
work=$3
shift 3
PYTHONDONTWRITEBYTECODE=1 "$python" "$tools/gen_convert.py" "$here/plan.json" "$here/.." "$work" "$@"
