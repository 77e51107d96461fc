#!/bin/sh
# Meta-tests meta-parameters on ten rows: MNIST, Fashion-MNIST and digits at 8x8 and 28x28, raw and projected. Prints a table of
# mean accuracies over examples 1-100, 1-500, 1-2000, the last 200 and 91-110 of 16 episodes. Fashion-MNIST is left out if not installed.
# Usage: eng/meta-test-table.sh THETA.safetensors [A.json]
set -eu
[ $# -ge 1 ] || { sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
theta=$1
[ $# -gt 1 ] && set -- --architecture "$2" || set --
dotnet build "$root/Vsml.Tool" -c Release -v q --nologo > /dev/null
vsml() { dotnet "$root/Vsml.Tool/bin/Release/net10.0/vsml.dll" "$@"; }

row() { # name, data, size, options
    name=$1 data=$2 size=$3
    shift 3
    printf '| %-16s |' "$name"
    vsml test "$@" --theta "$theta" --data "$data" --size "$size" | awk -F '\t' '{ split($3, a, " "); printf " %s", substr(a[1], 2) } END { print " |" }'
}

echo '| set | 1-100, 1-500, 1-2000, last 200, 91-110 |'
echo '| --- | --- |'
row 'MNIST 8' mnist 8 "$@"
row 'MNIST 8 proj' mnist 8 --projected "$@"
row 'digits 8' digits 8 "$@"
row 'digits 8 proj' digits 8 --projected "$@"
row 'MNIST 784' mnist 28 "$@"
row 'MNIST 784 proj' mnist 28 --projected "$@"
if vsml data list | grep -q '^fashion.*on this machine'; then
    row 'Fashion 8' fashion 8 "$@"
    row 'Fashion 8 proj' fashion 8 --projected "$@"
    row 'Fashion 784' fashion 28 "$@"
    row 'Fashion 784 proj' fashion 28 --projected "$@"
fi
