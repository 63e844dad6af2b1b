#!/usr/bin/env bash
# From the texts to the artefact: every stage of the encoder, each resuming where it was stopped.
#
#   training/encoder.sh                       # as shipped: about three hours on two CPU cores
#   PRETRAIN=20 FINETUNE=10 BATCH=65536 training/encoder.sh       # one GPU of 16 GB or more
#   python -m training.pack; … python -m training.pack --unfold   # carries the texts to such a machine in 46 MiB
#   TINY=1 OUT=/tmp/tiny ARTIFACT=/tmp/tiny/artifact training/encoder.sh    # a minute, to see that it runs
#
# LICENCES=permissive trains from permissively licensed sets and the corpus alone.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-.venv/bin/python}
out=${OUT:-var/encoder}
licences=${LICENCES:-permissive,unstated,academic}
export OMP_WAIT_POLICY=PASSIVE # so that whatever else runs does not stall both

if [[ -n ${TINY:-} ]]; then
    few=(--limit 2000)
    size=(--width 32 --layers 1 --gram-bits 10)
    pretrain=(--minutes 0.1 --batch 1024)
    finetune=(--minutes 0.15 --batch 1024)
else
    few=() size=()
    pretrain=(--minutes "${PRETRAIN:-62}" --batch "${BATCH:-6144}")
    finetune=(--minutes "${FINETUNE:-50}")
fi

stage() { echo "== $1" && "$python" -m "training.$@" --out "$out"; }
fresh() { [[ ! -e $out/$1 ]]; }

fresh texts.npz && stage prepare --licences "$licences" "${few[@]}"
stage pretrain "${pretrain[@]}" "${size[@]}"
fresh examples.npz && stage examples --licences "$licences" "${few[@]}"
stage finetune "${finetune[@]}"
stage export
stage calibrate --licences "$licences" ${ARTIFACT:+--artifact "$ARTIFACT"}
stage curves
