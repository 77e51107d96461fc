using Vsml.Files;

namespace Vsml.Tests.Fixtures;

/// <summary>One golden case: an episode's givens and what a right implementation makes of them, all in float64.</summary>
public sealed record GoldenCase
{
    /// <summary>The case's name, for example "dense-tiny".</summary>
    public required string Name { get; init; }

    /// <summary>The network.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>T, the number of examples.</summary>
    public required int Length { get; init; }

    /// <summary>The number of examples that share a tick.</summary>
    public required int Batch { get; init; }

    /// <summary>[T, batch, input size]; images as [row][column][channel].</summary>
    public required double[] Inputs { get; init; }

    /// <summary>[T, batch, output size].</summary>
    public required double[] Labels { get; init; }

    /// <summary>The flat meta-parameters in the order of <see cref="ParameterLayout"/>.</summary>
    public required double[] Theta { get; init; }

    /// <summary>Initial cells per layer, [batch, A, B, N] or [batch, k, k, in, out, N].</summary>
    public required double[][] Cells { get; init; }

    /// <summary>Expected [T, batch, output size].</summary>
    public required double[] Logits { get; init; }

    /// <summary>Expected [T, batch].</summary>
    public required double[] Losses { get; init; }

    /// <summary>Expected final cells per layer.</summary>
    public required double[][] FinalCells { get; init; }

    /// <summary>Expected final hidden states per layer.</summary>
    public required double[][] FinalHidden { get; init; }

    /// <summary>Expected gradient of the mean loss, flat like <see cref="Theta"/>.</summary>
    public required double[] ThetaGradient { get; init; }

    /// <summary>Whether the file keeps the final states in float32 only.</summary>
    public required bool StatesAreSingle { get; init; }

    /// <summary>Greatest allowed difference of a forward tensor.</summary>
    /// <param name="expected">The expected tensor, which sets the scale.</param>
    /// <param name="singlePrecision">Whether the result was computed in float32.</param>
    /// <param name="isState">Whether it is a final state.</param>
    public double ForwardTolerance(double[] expected, bool singlePrecision, bool isState = false)
    {
        var scale = expected.Max(Math.Abs);
        var tolerance = singlePrecision ? 1e-5 * scale + 1e-6 : 1e-9 * scale + 1e-11;
        return isState && StatesAreSingle ? tolerance + 2e-7 * scale : tolerance;
    }

    /// <summary>Greatest allowed difference of a gradient entry.</summary>
    /// <param name="singlePrecision">Whether the result was computed in float32.</param>
    public double GradientTolerance(bool singlePrecision) =>
        (singlePrecision ? 2e-4 : 1e-8) * ThetaGradient.Max(Math.Abs);

    /// <summary>Reads a case's two files.</summary>
    /// <param name="folder">The folder of golden files.</param>
    /// <param name="name">The case's name.</param>
    public static GoldenCase Read(string folder, string name)
    {
        var architecture = ArchitectureJson.Read(Path.Combine(folder, name + ".json"));
        var file = SafetensorsFile.Read(Path.Combine(folder, name + ".safetensors"));
        double[] Flat(string prefix) =>
            [.. ParameterLayout.Of(architecture).Tensors.SelectMany(tensor => file.GetDoubles(prefix + tensor.Name, [.. tensor.Shape]))];
        double[][] PerLayer(string prefix) =>
            [.. architecture.Layers.Select((_, l) => file.Get($"{prefix}/{l}").ToDoubles())];
        var inputs = file.Get("inputs");
        return new GoldenCase
        {
            Name = name,
            Architecture = architecture,
            Length = inputs.Shape[0],
            Batch = inputs.Shape[1],
            Inputs = inputs.ToDoubles(),
            Labels = file.GetDoubles("labels", inputs.Shape[0], inputs.Shape[1], architecture.OutputSize),
            Theta = Flat(""),
            Cells = PerLayer("cell"),
            Logits = file.Get("expect/logits").ToDoubles(),
            Losses = file.Get("expect/loss").ToDoubles(),
            FinalCells = PerLayer("expect/cell"),
            FinalHidden = PerLayer("expect/hidden"),
            ThetaGradient = Flat("expect/grad/"),
            StatesAreSingle = file.Get("expect/cell/0").Type == TensorType.F32,
        };
    }
}
