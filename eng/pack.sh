#!/usr/bin/env bash
# Packs all packages into a folder: eng/pack.sh [FOLDER], artifacts/packages if none is given.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
dotnet pack "$root/Vsml.Gen.sln" -c Release -p:ContinuousIntegrationBuild=true -v quiet --nologo -o "${1:-$root/artifacts/packages}"
