#!/bin/sh
# sample.sh BIN MATERIAL OUT: what must give the same bytes on every machine.
#
# BIN is a folder of executables, MATERIAL holds Fixtures and Pixels. Each command leaves NAME.out, NAME.err and NAME.status
# in OUT, where its files lie as well. Absolute paths become PLACE, and times of files are those of the epoch.
set -eu
bin=$1 material=$2 out=$3
export LC_ALL=C NO_COLOR=1 XDG_CACHE_HOME="$out/.cache"
rm -rf "$out"
mkdir -p "$out"
cp -R "$material/Fixtures/shapes" "$material/Fixtures/broken" "$material/Fixtures/demo" "$out"
# Every kind of image that is decoded: a dataset of one box each.
mkdir -p "$out/kinds/images" "$out/kinds/labels"
cp "$material"/Pixels/*.* "$out/kinds/images"
rm -f "$out/kinds/images/expected.json"
for image in "$out"/kinds/images/*; do
    name=${image##*/}
    echo "0 0.5 0.5 0.5 0.5" >"$out/kinds/labels/${name%.*}.txt"
done
printf 'train: images\nval: images\nnc: 1\nnames: [thing]\n' >"$out/kinds/data.yaml"
find "$out" -exec touch -h -d '2000-01-01T00:00:00Z' {} +
cd "$out"

one() {
    name=$1 status=0
    shift
    "$@" >"$name.out" 2>"$name.err" || status=$?
    echo "$status" >"$name.status"
}
one help "$bin/assay" --help
one labels "$bin/assay-labels" broken --format json --no-cache
one words "$bin/assay" labels broken --format sarif --no-cache
one kinds "$bin/assay-labels" kinds --images decode --format csv --no-cache
one card "$bin/assay-labels" card demo --format json
one verdicts "$bin/assay-labels" verdicts broken --trainer yolov5
one anchors "$bin/assay-anchors" demo --size 128 --count 6 --format json
one probe "$bin/assay-probe" demo --output probe --size 64 --folds 2 --epochs 3 --format json
one toxic "$bin/assay-toxic" demo --size 64 --probe probe --output toxic --format csv
one kinds-probe "$bin/assay-probe" kinds --output kinds-probe --size 64 --folds 2 --epochs 1
one kinds-toxic "$bin/assay-toxic" kinds --size 64 --probe kinds-probe --format json
cat >plan.yaml <<'PLAN'
dataset: shapes/data.yaml
image_size: 64
probe:
  folds: 2
  size: 64
  epochs: 2
PLAN
one run "$bin/assay" run plan.yaml --quiet
one report "$bin/assay-report" plan.yaml --format json
one export "$bin/assay-report" export plan.yaml --format coco --least 0
one chart "$bin/assay-report" plot losses plan.yaml -o losses.png
one convert "$bin/assay" convert kinds --to coco -o coco
one unknown "$bin/assay-toxic" nowhere.yaml
# SQLite writes its own version into a database; what it holds is in the tables beside it.
rm -rf .cache ./*.ledger.sqlite* plan.assay/lock
# How long a probe takes is of the machine.
sed -i 's/ would take about [^,;]* here/ would take about TIME here/' ./*.err
# The report's key, under which a browser keeps decisions, is made of its path.
grep -rlF "$out" . | while read -r file; do
    sed "s|$out|PLACE|g; s|\"key\":\"[0-9a-f]*\"|\"key\":\"KEY\"|" "$file" >"$file.new"
    mv "$file.new" "$file"
done
