#!/usr/bin/env bash
# hooks.sh PACKAGES PLACE: .pre-commit-hooks.yaml as pre-commit itself takes it, with the wheel in the folder PACKAGES
# instead of the published one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PIP_FIND_LINKS=$1 PRE_COMMIT_HOME=$2/home XDG_CACHE_HOME=$2/cache
# Repositories of a test's own, whatever git is told elsewhere.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@localhost \
    GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@localhost
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
place=$2
mkdir -p "$place/assay/Sources/AuditPlan" "$place/dataset"
fail() { echo "error: $*" >&2; cat "$place/log" >&2; exit 1; }

# What pre-commit clones.
cp "$root"/{.pre-commit-hooks.yaml,pyproject.toml,setup.py,LICENSE} "$place/assay"
cp "$root/Sources/AuditPlan/Version.swift" "$place/assay/Sources/AuditPlan"
git -C "$place/assay" init -q
git -C "$place/assay" add -A
git -C "$place/assay" commit -qm hooks

cd "$place/dataset"
git init -q
cp -R "$root/Fixtures/shapes" .
cat >.pre-commit-config.yaml <<CONFIG
repos:
  - repo: file://$place/assay
    rev: $(git -C "$place/assay" rev-parse HEAD)
    hooks:
      - id: assay-labels
        args: [shapes/data.yaml]
CONFIG
git add -A
pre-commit run --all-files >"$place/log" 2>&1 || fail "a dataset without errors does not pass"
grep -q 'assay-labels\.*Passed' "$place/log" || fail "assay-labels did not run"
git commit -qm dataset

# A class that is none, and a box that spills over by rounding, which --fix mends.
echo '7 0.5 0.5 0.2 0.2' >>shapes/labels/train/shape00.txt
git add -A
if pre-commit run >"$place/log" 2>&1; then fail "a class that is none passes"; fi
grep -q 'shape00.txt.*error B001' "$place/log" || fail "the finding is not shown"
git checkout -q HEAD -- shapes

# Nothing that it reads has changed: it is not run.
echo notes >README.md
git add README.md
pre-commit run >"$place/log" 2>&1 || fail "README.md does not pass"
grep -q 'Skipped' "$place/log" || fail "README.md makes it run"

sed -i 's/id: assay-labels$/id: assay-labels-fix/' .pre-commit-config.yaml
line=$(head -n 1 shapes/labels/train/shape00.txt)
echo "$line" >>shapes/labels/train/shape00.txt
git add -A
if pre-commit run >"$place/log" 2>&1; then fail "a row that was mended passes as if nothing had been done"; fi
git diff --quiet -- shapes && fail "nothing was mended"
git diff HEAD --quiet -- shapes || fail "the mended file is not the one of before"
