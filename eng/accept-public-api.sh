#!/bin/sh
# Makes the public API of today the one on record (PublicAPI.Unshipped.txt of each library), against which builds with CI=true check it,
# and shows what changes. Read the difference before you commit it.
set -eu
cd "$(dirname "$0")/.."
export CI=true DOTNET_CLI_UI_LANGUAGE=en
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for record in */PublicAPI.Unshipped.txt; do
    project=$(dirname "$record")
    old=$(mktemp)
    cp "$record" "$old"
    echo '#nullable enable' >"$record"
    # Against an empty record everything is reported as missing from it, with its full text.
    if ! dotnet build "$project" -c Release -v q --nologo -p:TreatWarningsAsErrors=false >"$log"; then
        cat "$log"
        mv "$old" "$record"
        exit 1
    fi
    grep -F "/$project/$project.csproj]" "$log" | sed -n "s/.*RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" | LC_ALL=C sort -u >>"$record"
    diff -u "$old" "$record" || true
    rm "$old"
done
