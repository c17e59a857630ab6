#!/usr/bin/env bash
# The whole product on the sample documents, in a demo vault with a throw-away passphrase. Run it by `make run`.
set -euo pipefail
cd "$(dirname "$0")/.."
model=${MODEL:-finslm-0.5b}
export FINSLM_MODEL=$model FINSLM_VAULT=.demo/vault FINSLM_PASSPHRASE_FILE=.demo/passphrase
finslm=.venv/bin/finslm

# Done in part (5) is what the damaged sample must give; anything else that is not 0 stops the demo.
in_part() { "$@" || { code=$?; [ "$code" -eq 5 ] || exit "$code"; }; }
step() { printf '\n== %s\n' "$1"; }

step "The model $model: fetched, proven by its hash, quantized"
$finslm model build "$model"

step "The vault"
if [ ! -f .demo/vault/vault.json ]; then
  rm -rf .demo && mkdir -p .demo
  (umask 077 && head -c 24 /dev/urandom | base64 > .demo/passphrase)
  $finslm init
else
  echo "The vault of an earlier run is used; make clean removes it."
fi

step "Ingest: twelve sample documents, one of them damaged"
in_part $finslm ingest data/samples

step "Triage"
in_part $finslm triage data/samples --out ".demo/triage-$model.csv" --resume

step "Three questions: one that computes, one that quotes, one that must be declined"
ask() { printf '\n%s\n' "$1"; $finslm ask "$@"; }
ask "What was the percentage change in Northmere's revenue in the third quarter of 2025?"
ask "Who must sign the commitment letter for Orrin Minerals?"
ask "How many vessels does Halden Logistics operate in the Caribbean?"

step "The audit log"
$finslm audit verify

if [ -t 0 ] && [ -t 1 ]; then
  exec $finslm tui
fi
printf '\nOn a terminal the analyst'"'"'s screen opens here; try: .venv/bin/finslm --vault .demo/vault --passphrase-file .demo/passphrase tui\n'
