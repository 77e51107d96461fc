#!/bin/sh
# Everything that a GPU can show, in one call on a machine with a driver and Python, from the folder of eng/publish-gpu-check.sh: facts of
# the device, golden traces, parity of a meta-iteration with the CPU, and the benchmarks with JAX and PyTorch beside them. One table at the end.
#   gpu-check.sh GOLDEN_FOLDER [--device cuda|opencl|cpu|INDEX] [--only TEXT] [--full]
set -eu
exec python3 "$(dirname "$0")/gpu_check.py" "$@"
