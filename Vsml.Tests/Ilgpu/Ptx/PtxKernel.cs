using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Vsml.Ilgpu;

namespace Vsml.Tests.Ilgpu.Ptx;

/// <summary>What ILGPU makes of a kernel for an NVIDIA GPU; none is needed.</summary>
internal sealed partial class PtxKernel
{
    private PtxKernel(string text)
    {
        Text = text;
        // Before it stand empty bodies of the methods that instructions take the place of; nothing calls them.
        Lines = [.. text[text.IndexOf(".entry", StringComparison.Ordinal)..].Split('\n').Select(line => line.Trim())];
    }

    /// <summary>All of the PTX.</summary>
    public string Text { get; }

    /// <summary>Lines of the kernel itself.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>Compiles a kernel.</summary>
    /// <param name="kernel">Its entry.</param>
    /// <param name="architecture">The GPU's architecture.</param>
    /// <param name="implicitlyGrouped">Whether its threads are told apart by an index alone.</param>
    public static PtxKernel Compile(Delegate kernel, CudaArchitecture architecture, bool implicitlyGrouped = false)
    {
        using var context = Context.Create(builder => IlgpuDevice.Configure(builder, forGpus: true));
        using var backend = new PTXBackend(context, architecture, CudaInstructionSet.ISA_80, nvvmAPI: null!);
        var entry = implicitlyGrouped ? EntryPointDescription.FromImplicitlyGroupedKernel(kernel.Method) : EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method);
        return new(((PTXCompiledKernel)backend.Compile(entry, default)).PTXAssembly);
    }

    /// <summary>Number of instructions that begin with a text.</summary>
    public int Count(string instruction) => Lines.Count(line => line.StartsWith(instruction, StringComparison.Ordinal));

    /// <summary>
    /// The most 32-bit values that are live at once, in the order of the text: what a thread needs if nothing is reordered. Predicates
    /// have registers of their own, and the kernel's parameters are read where they are used.
    /// </summary>
    public int MostLive()
    {
        var code = Lines.Select(Instruction.Parse).OfType<Instruction>().ToArray();
        var labels = code.Select((instruction, i) => (instruction, i)).Where(pair => pair.instruction.Label.Length > 0).ToDictionary(pair => pair.instruction.Label, pair => pair.i);
        var live = new HashSet<string>[code.Length + 1];
        for (var i = 0; i < live.Length; i++) live[i] = [];
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = code.Length - 1; i >= 0; i--)
            {
                var before = new HashSet<string>(code[i].FallsThrough ? live[i + 1] : []);
                if (code[i].Target.Length > 0) before.UnionWith(live[labels[code[i].Target]]);
                before.ExceptWith(code[i].Written);
                before.UnionWith(code[i].Read);
                if (before.Count == live[i].Count) continue;
                live[i] = before;
                changed = true;
            }
        }
        var parameters = Lines.Where(line => line.StartsWith("ld.param", StringComparison.Ordinal)).Select(line => RegisterPattern().Match(line).Value).ToHashSet();
        return live.Max(values => values.Where(value => !parameters.Contains(value)).Sum(Registers));
    }

    private static int Registers(string name) => name.StartsWith("%p", StringComparison.Ordinal) ? 0 : name.StartsWith("%rd", StringComparison.Ordinal) || name.StartsWith("%fd", StringComparison.Ordinal) ? 2 : 1;

    [GeneratedRegex(@"%(?:rd|rs|fd|f|r|p|h|b)\d+")]
    private static partial Regex RegisterPattern();

    /// <summary>A label, or an instruction with the registers that it writes and reads.</summary>
    private sealed record Instruction(string Label, string Target, bool FallsThrough, string[] Written, string[] Read)
    {
        public static Instruction? Parse(string line)
        {
            if (line.EndsWith(':')) return new(line[..^1], "", true, [], []);
            if (!line.EndsWith(';') || line.StartsWith('.')) return null;
            var registers = RegisterPattern().Matches(line).Select(match => match.Value).ToArray();
            var name = line.Split((char[])[' ', '\t', ';'], 3);
            var operation = line.StartsWith('@') ? name[1] : name[0];
            if (operation.StartsWith("bra", StringComparison.Ordinal)) return new("", line.TrimEnd(';').Split((char[])[' ', '\t'])[^1], line.StartsWith('@'), [], registers);
            if (operation is "ret" or "exit") return new("", "", false, [], []);
            var written = operation.StartsWith("st.", StringComparison.Ordinal) || operation.StartsWith("bar", StringComparison.Ordinal) ? 0 : Results(line);
            return new("", "", true, registers[..written], registers[written..]);
        }

        // Several in braces, or one.
        private static int Results(string line)
        {
            var operands = line[line.IndexOfAny([' ', '\t'])..].TrimStart();
            return operands.StartsWith('{') ? RegisterPattern().Count(operands[..operands.IndexOf('}', StringComparison.Ordinal)]) : 1;
        }
    }
}
