#!/bin/sh
# pack.sh [FOLDER]: all packages, the tool and the templates, with symbols, into a folder (default packages/).
set -eu
cd "$(dirname "$0")/.."
out=${1:-packages}
for project in Vsml.Runtime Vsml.MetaTraining Vsml.Ilgpu Vsml.Tool Vsml.Templates; do
    CI=true dotnet pack "$project" -c Release -o "$out" -v q --nologo
done
ls "$out"
