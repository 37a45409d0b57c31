#!/usr/bin/env bash
# action.sh WHEEL PLACE: the steps of action.yml as a runner runs them, with this wheel instead of the published one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
wheel=$1 place=$2
mkdir -p "$place/repository/sets"
export XDG_CACHE_HOME=$place/cache
fail() { echo "error: $*" >&2; cat "$place/log" >&2; exit 1; }
cd "$place/repository"
GIT_CONFIG_GLOBAL=/dev/null git init -q
cp -R "$root/Fixtures/shapes" "$root/Fixtures/broken" sets
act() { python3 "$root/Tests/Packages/action.py" "$wheel" "$place/$1" "${@:2}" >"$place/log" 2>&1; }

act clean data=sets/shapes || fail "a dataset without errors fails the job"
grep -qx 'errors=0' "$place/log" || fail "the number of errors is not 0"

status=0
act broken data=sets/broken/data.yaml sarif=found.sarif 'arguments=--no-condense --ignore F' || status=$?
[ $status -eq 1 ] || fail "a broken dataset ends the job with $status"
# Annotations name files from the repository's root.
grep -q '^::error file=sets/broken/labels/' "$place/log" || fail "no annotation at the repository's files"
grep -qE '^errors=[1-9]' "$place/log" || fail "the number of errors is not told"
grep -q '"version": *"2.1.0"' found.sarif || fail "no SARIF"
grep -q '^### assay-labels' "$place/broken/summary.md" || fail "no summary"

status=0
act wrong data=nowhere.yaml || status=$?
[ $status -eq 2 ] || fail "a dataset that is not there ends the job with $status"
# What a person writes into a field is never run.
act hostile 'data=$(touch here).yaml' || true
act hostile 'arguments=$(touch here) ; touch here' data=sets/shapes || true
[ ! -e here ] || fail "an input was run as a command"
