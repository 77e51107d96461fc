using System.Linq;
using Vsml.Generators.Planning.Ilgpu;

namespace Vsml.Generators.Emission.Ilgpu;

/// <summary>Emits the kernel that runs examples of an episode one after another, and what each turn of an example does.</summary>
internal static class EpisodeEmitter
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        var hasConvolution = plan.Turns.Any(turn => turn.Plan.Layer.Geometry is not null);
        writer.Line(
            """
            /// <inheritdoc/>
            public override Action<EpisodeMemory> Episode => Run;

            """);
        if (plan.UsesTensorCores)
            writer.Line(
                """
                /// <inheritdoc/>
                public override Action<EpisodeMemory> TensorEpisode => RunOnTensorCores;

                internal static void Run(EpisodeMemory memory) => Run(memory, onTensorCores: false);

                internal static void RunOnTensorCores(EpisodeMemory memory) => Run(memory, onTensorCores: true);

                """);
        writer.Line("/// <summary>Runs examples of the group's episode.</summary>");
        writer.Line(plan.UsesTensorCores ? "private static void Run(EpisodeMemory memory, bool onTensorCores)" : "internal static void Run(EpisodeMemory memory)");
        using (writer.Body())
        {
            writer.Line("var worker = Worker.Here();");
            WriteTheta(writer, plan);
            using (writer.Block("for (var t = memory.First; t < memory.First + memory.Count; t++)"))
            {
                if (plan.Network.MergedEntries > 0)
                    using (writer.Block("if (memory.Batch > 1)"))
                        writer.Line(
                            $"""
                            Batches.Merge{(plan.StoresHalves ? "Halves" : "")}(worker, memory, memory.StatesBefore(t, {plan.Sweeps}), StateQuads, {plan.Network.MergedEntries});
                            Group.Barrier();
                            """);
                writer.Line($"for (var e = 0; e < memory.Batch; e++) RunExample(worker, memory, theta, t, e{Passed(plan)});");
            }
        }
        writer.Line();
        WriteExample(writer, plan, hasConvolution);
        WriteDenseTurn(writer, plan);
        if (hasConvolution) WriteConvolutionTurn(writer, plan);
    }

    /// <summary>Writes where a kernel reads theta from.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="memory">The kernel's episode memory.</param>
    public static void WriteTheta(SourceWriter writer, IlgpuPlan plan, string memory = "memory")
    {
        if (!plan.SharesTheta)
        {
            writer.Line("// Too much for shared memory; what a warp reads of it, all of its threads read at once, from the cache.");
            writer.Line($"var theta = {memory}.MemberTheta();");
            return;
        }
        writer.Line($"var theta = SharedMemory.Allocate<Quad>({plan.Theta.Quads});");
        writer.Line($"{memory}.CopyTheta(worker, theta);");
    }

    private static void WriteExample(SourceWriter writer, IlgpuPlan plan, bool hasConvolution)
    {
        var (output, boundary) = (plan.Network.Output, plan.Boundaries[plan.Network.Output.Boundary]);
        writer.Line($"private static void RunExample(Worker worker, EpisodeMemory memory, ArrayView<Quad> theta, int t, int e{Taken(plan)})");
        using (writer.Body())
        {
            writer.Line($"var example = memory.Example(t, {plan.Sweeps}, e);");
            writer.Line("var sweep = 0;");
            using (writer.Block($"for (var i = 0; i < {plan.Turns.Count}; i++)"))
            {
                writer.Line("// Not copied: of a turn a thread keeps in registers what it needs at the time.");
                writer.Line("ref var turn = ref memory.Turns[i];");
                using (writer.Block("if (turn.BeginsSweep != 0)"))
                    writer.Line(
                        $"""
                        example.Source = example.Target;
                        example.Target = memory.StateAfter(t, {plan.Sweeps}, ++sweep, e);
                        """);
                writer.Line(hasConvolution
                    ? $"""
                    if (turn.IsConvolution != 0) RunConvolution(worker, turn, example, theta);
                    else RunDense(worker, turn, example, theta{Passed(plan)});
                    """
                    : $"RunDense(worker, turn, example, theta{Passed(plan)});");
                writer.Line($"if (turn.EndsPrediction != 0) Outputs.Evaluate(worker, example, memory.OutputSize, {boundary.Forward}, {output.Bound}, {boundary.Backward}, {output.LabelEntry >= 0}, memory.Batch);");
            }
        }
        writer.Line();
    }

    private static void WriteDenseTurn(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Line($"private static void RunDense(Worker worker, in Turn turn, Example example, ArrayView<Quad> theta{Taken(plan)})");
        using (writer.Body())
        {
            writer.Line("Projection.Dense(worker, turn, example, theta, Units);");
            writer.Line("Group.Barrier();");
            if (plan.UsesTensorCores)
            {
                using (writer.Block("if (onTensorCores)")) WriteChoice(writer, plan, "StepTiles", "worker, turn, example, theta");
                using (writer.Block("else")) WriteChoice(writer, plan, "Step", "worker, turn, example, theta");
            }
            else WriteChoice(writer, plan, "Step", "worker, turn, example, theta");
            writer.Line(
                $"""
                Group.Barrier();
                Gathering.Dense(worker, turn, example, theta, {plan.Network.Output.Entry});
                Group.Barrier();
                """);
        }
        writer.Line();
    }

    /// <summary>Writes the call of a method by the way in which messages come in along the lanes of a dense turn.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Its arguments.</param>
    public static void WriteChoice(SourceWriter writer, IlgpuPlan plan, string method, string arguments)
    {
        LaneInput[] inputs = [.. plan.Turns.Where(turn => turn.Plan.Layer.Geometry is null).Select(turn => turn.LaneInput).Distinct()];
        for (var i = 0; i < inputs.Length; i++)
        {
            var condition = i == inputs.Length - 1 ? i == 0 ? "" : "else " : $"{(i == 0 ? "" : "else ")}if (turn.LaneInput == Turn.{inputs[i].ToString()}) ";
            writer.Line($"{condition}{method}<{inputs[i].ToString()}>({arguments});");
        }
    }

    // Whether the kernel is the one for tensor cores, where there are two; known when they are compiled.
    private static string Taken(IlgpuPlan plan) => plan.UsesTensorCores ? ", bool onTensorCores" : "";

    private static string Passed(IlgpuPlan plan) => plan.UsesTensorCores ? ", onTensorCores" : "";

    private static void WriteConvolutionTurn(SourceWriter writer, IlgpuPlan plan)
    {
        writer.Line("private static void RunConvolution(Worker worker, in Turn turn, Example example, ArrayView<Quad> theta)");
        using (writer.Body())
            writer.Line(
                $$"""
                Projection.Convolution(worker, turn, example, theta, Units);
                for (var tick = 0; tick < turn.MicroTicks; tick++)
                {
                    var states = tick == 0 ? example.Source : example.Target;
                    Projection.States(worker, turn, example, states{{(plan.StoresHalves ? ".Cast<HalfQuad>()" : "")}}, theta, Units);
                    Group.Barrier();
                    StepPositions(worker, turn, example, states, theta, tick == turn.MicroTicks - 1);
                    Group.Barrier();
                }
                Gathering.Convolution(worker, turn, example, theta);
                Group.Barrier();
                """);
        writer.Line();
    }
}
