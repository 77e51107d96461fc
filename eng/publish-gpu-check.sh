#!/bin/sh
# Makes a folder with everything that eng/gpu-check.sh needs on a machine without .NET: one self-contained program for linux-x64, the
# Python programs beside it, and the check itself. Fails if it is larger than 64 MiB.
#   eng/publish-gpu-check.sh [FOLDER]          default artifacts/gpu-check
set -eu
cd "$(dirname "$0")/.."
out=${1:-artifacts/gpu-check}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
dotnet publish Vsml.Benchmarks -c Release -r linux-x64 --self-contained -v q --nologo -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true \
    -p:UseSharedCompilation=false -p:DebugType=none -p:PublishDocumentationFiles=false --artifacts-path "$build/artifacts" --output "$build/published"
rm -rf "$out"
mkdir -p "$out"
cp -r "$build/published/." eng/gpu-check.sh eng/gpu_check.py "$out/"
size=$(du -sb "$out" | cut -f1)
echo "$out: $((size / 1048576)) MiB"
[ "$size" -lt 67108864 ] || { echo "publish-gpu-check.sh: more than 64 MiB" >&2; exit 1; }
