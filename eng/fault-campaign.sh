#!/bin/sh
# The long form of the fault campaign (docs/faults.md), with counts; the short form is in the tests.
# Usage: eng/fault-campaign.sh kills|power|faults|numbers|fuzz [CASE] [--count N] [--seed S]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
dotnet build "$root/Vsml.Tests" -c Release -v q --nologo >&2
exec nice dotnet "$root/Vsml.Tests/bin/Release/net10.0/Vsml.Tests.dll" "$@"
