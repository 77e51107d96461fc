#!/bin/sh
# make.sh: makes `online` again, bit for bit, in runs/online. Needs vsml on the path, AVX-512, and Python with numpy.
set -eu
cd "$(dirname "$0")/../../.."
here=Vsml.Runtime/Shipped/online runs=runs/online
run() { if [ -d "$runs/$1" ]; then vsml train --resume "$runs/$1"; else vsml train --config "$here/$1.json" --out "$runs/$1" --seed 1 --simd avx512; fi; }
mkdir -p "$runs"
run 1-fast
python3 "$here/join.py" "$runs/1-fast/theta.safetensors" "$runs/joined.safetensors"
run 2-joined
run 3-longer
vsml test --theta "$runs/3-longer/theta.safetensors" --data mnist --data digits
