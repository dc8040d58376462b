#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# decibit on two real models: installs what is missing, builds, obtains Kokoro-82M (speech synthesis) and
# Whisper base (speech recognition), converts both to every kind of format, shows what each costs, and speaks
# with Kokoro dense, at 4 bits, and with all of it at 4 bits; Whisper writes down what it understands.
# No arguments. Results stay in build/demo; a second run builds and downloads nothing. The dense Kokoro is
# installed among the user's data, where decibit speak finds it.
source "$(dirname "$0")/lib.sh"

out=build/demo
# name and flags of `decibit convert`
variants='
4-bit      -q --q-bits 4
8-bit      -q --q-bits 8
mxfp4      -q --q-mode mxfp4
nvfp4      -q --q-mode nvfp4
mixed_4_6  -q --quant-predicate mixed_4_6'
# Most of Kokoro is convolutions and LSTMs, which mlx-audio leaves as they are; --scope all does not.
everything='
all-4-bit  -q --q-bits 4 --scope all
all-8-bit  -q --q-bits 8 --scope all'

convert_all() { # MODEL VARIANTS
  local name flags
  while read -r name flags; do
    [ -n "$name" ] || continue
    echo "decibit convert --hf-path .models/$1 --mlx-path $out/$1-$name $flags"
    # shellcheck disable=SC2086  # one word per flag
    build/release/bin/decibit convert --hf-path ".models/$1" --mlx-path "$out/$1-$name" $flags \
      --force --quiet --json </dev/null >"$out/$1-$name.json" || {
      cat "$out/$1-$name.json"
      die "converting $1 to $name failed"
    }
    reports+=("$out/$1-$name.json")
  done <<<"$2"
}

scripts/build.sh
scripts/get-weights.sh
need python3

# Where decibit speak and transcribe look when no model is named. Hard links cost nothing and outlast this folder; what
# is there already stays.
install_model() { # MODEL
  local models=${XDG_DATA_HOME:-$HOME/.local/share}/decibit/models
  [ ! -e "$models/$1" ] && [ ! -L "$models/$1" ] || return 0
  say "installing $1 into $models"
  mkdir -p "$models"
  rm -rf "$models/$1.partial"
  cp -RL --link ".models/$1" "$models/$1.partial" 2>/dev/null || {
    rm -rf "$models/$1.partial"
    cp -RL ".models/$1" "$models/$1.partial"
  }
  mv "$models/$1.partial" "$models/$1"
}
install_model kokoro-82m
install_model whisper-base

say 'converting'
mkdir -p "$out"
reports=()
convert_all kokoro-82m "$variants$everything"
convert_all whisper-base "$variants"
python3 scripts/demo_table.py "${reports[@]}"
say 'speaking'
text='The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. It is easy to
tell the depth of a well. These days a chicken leg is a rare dish. Rice is often served in round bowls. The juice of
lemons makes fine punch. The box was thrown beside the parked truck.'
sounds=()
for model in .models/kokoro-82m "$out/kokoro-82m-4-bit" "$out/kokoro-82m-all-4-bit"; do
  sounds+=("$out/$(basename "$model").wav")
  build/release/bin/decibit speak -m "$model" "$text" --out "${sounds[-1]}" --force
done
say 'what Whisper base hears of it, and of John F. Kennedy'
build/release/bin/decibit transcribe -m .models/whisper-base "${sounds[@]}" tests/golden/real/whisper_jfk/audio.flac
say 'what Whisper base understands of it (faster-whisper)'
status=0
{ transcribe_environment &&
  "$transcribe_python" scripts/demo_word_error.py "$wheels" "$text" "${sounds[@]}"; } || status=$?
case $status in
  0) ;;
  3) echo 'left out: faster-whisper or its weights cannot be had here' ;;
  *) die "scripts/demo_word_error.py failed with exit status $status" ;;
esac
cat <<END

The folders are in $out. What to do next:
  build/release/bin/decibit inspect $out/kokoro-82m-4-bit
      what is in a folder
  build/release/bin/decibit inspect .models/whisper-base --diff $out/whisper-base-4-bit
      the error of every tensor
  build/release/bin/decibit convert --hf-path .models/whisper-base --mlx-path my-whisper -q --rule '^decoder=8:64'
      a mix of your own
  build/release/bin/decibit speak -m $out/kokoro-82m-all-4-bit --voice af_heart:2,am_michael 'Hello world!'
      another voice, to speech.wav
The guide is docs/converting.md. mlx-audio loads these folders, except all-*, which only decibit runs. It cannot run Whisper in mxfp4 or nvfp4; docs/differences.md says why.
END
