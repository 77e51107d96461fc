#!/bin/sh
# Lists what the JIT makes of an emitted kernel for any x64 instruction set, also one that this machine does not have: with
# the ahead-of-time compiler that comes with the SDK's packages and contains the same JIT.
#
#   eng/list-machine-code.sh A.json METHOD [x86-64-v4|x86-64-v3]
#
# Prints the listing of METHOD (MicroTick, for example) of all kernels. Needs a Release build and, once, the package feed.
set -eu
[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
architecture=$1 method=$2 instructions=${3:-x86-64-v4}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

dotnet "$root/Vsml.Tool/bin/Release/net10.0/vsml.dll" emit "$architecture" --out "$folder" --name Listed.Network > /dev/null
# The compiler leaves methods alone that ask for aggressive optimisation; in fact that changes nothing in their code.
sed -i 's/MethodImplOptions.AggressiveOptimization/MethodImplOptions.NoInlining/' "$folder"/*.cs
echo 'namespace Listed; public sealed partial class Network { public static void Main() => System.Console.WriteLine(Model); }' > "$folder/Main.cs"
cat > "$folder/Listed.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <RuntimeIdentifier>linux-x64</RuntimeIdentifier>
    <SelfContained>false</SelfContained>
    <PublishReadyToRun>true</PublishReadyToRun>
  </PropertyGroup>
  <ItemGroup>
    <Reference Include="$root/Vsml.Tool/bin/Release/net10.0/Vsml.Runtime.dll" />
    <Reference Include="$root/Vsml.Tool/bin/Release/net10.0/Vsml.Architecture.dll" />
  </ItemGroup>
</Project>
XML
dotnet build "$folder/Listed.csproj" -c Release -v q --nologo -o "$folder/out" > "$folder/build.log" || { cat "$folder/build.log" >&2; exit 1; }
packages=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
compiler=$(ls "$packages"/microsoft.netcore.app.crossgen2.linux-x64/*/tools/crossgen2 | tail -n 1)
framework=$(dirname "$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \(10[^ ]*\) \[\(.*\)\]$/\2\/\1\/x/p' | tail -n 1)")
# One version bubble: only then are the runtime's own small methods inlined, as the JIT does.
"$compiler" "$folder/out/Listed.dll" -o "$folder/listed.dll" -r "$framework/*.dll" -r "$folder/out/*.dll" \
    --inputbubble --inputbubbleref "$framework/*.dll" --inputbubbleref "$folder/out/*.dll" \
    --targetos linux --targetarch x64 -O --instruction-set "$instructions" \
    --codegenopt "JitDisasm=$method" --codegenopt "JitStdOutFile=$folder/listing.txt" > "$folder/compile.log" || { cat "$folder/compile.log" >&2; exit 1; }
cat "$folder/listing.txt"
