#!/bin/sh
# Shows what the received snapshots change, then makes them the verified ones. Read the difference before you commit it.
set -eu
cd "$(dirname "$0")/.."
find . -name '*.received.*' -not -path '*/bin/*' -not -path '*/obj/*' | sort | while read -r received; do
    verified=$(printf '%s' "$received" | sed 's/\.received\./.verified./')
    if [ -e "$verified" ]; then diff -u "$verified" "$received" || true; else echo "new: $verified"; fi
    mv "$received" "$verified"
done
