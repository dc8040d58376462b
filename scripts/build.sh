#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds build/release/bin/decibit. No arguments; needs a Debian 12 (as root or with sudo) and this clone.
source "$(dirname "$0")/lib.sh"

need "${build_packages[@]}"
build release decibit
