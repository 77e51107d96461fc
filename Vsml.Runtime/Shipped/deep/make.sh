#!/bin/sh
# make.sh: makes `deep` again, bit for bit, in runs/deep. Needs vsml on the path, AVX-512, and Python with numpy.
set -eu
cd "$(dirname "$0")/../../.."
here=Vsml.Runtime/Shipped/deep runs=runs/deep
mkdir -p "$runs"
if [ -d "$runs/1-output-layer" ]; then vsml train --resume "$runs/1-output-layer"; else vsml train --config "$here/1-output-layer.json" --out "$runs/1-output-layer" --seed 1 --simd avx512; fi
python3 "$here/join.py" "$runs/1-output-layer/theta.safetensors" "$runs/deep.safetensors"
vsml test --theta "$runs/deep.safetensors" --data digits --size 8
