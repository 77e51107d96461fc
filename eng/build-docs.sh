#!/usr/bin/env bash
# Builds the documentation site into artifacts/site, to be opened as files or served.
set -euo pipefail
cd "$(dirname "$0")/.."
for project in Runtime MetaTraining Compilation Ilgpu; do dotnet build "Vsml.$project" -c Release -v quiet --nologo; done
dotnet tool restore
rm -rf artifacts/site artifacts/site-api
dotnet docfx metadata docfx.json --logLevel warning
dotnet docfx build docfx.json --logLevel warning --warningsAsErrors
echo "artifacts/site/index.html"
