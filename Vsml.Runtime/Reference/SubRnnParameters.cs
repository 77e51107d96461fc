namespace Vsml.Reference;

/// <summary>Where the tensors of one group lie in the flat theta; the same places hold their gradient.</summary>
internal sealed class SubRnnParameters
{
    /// <summary>Finds the tensors of a group.</summary>
    /// <param name="architecture">The architecture.</param>
    /// <param name="group">Group name, for example "shared" or "backward1".</param>
    public SubRnnParameters(Architecture architecture, string group)
    {
        var layout = ParameterLayout.Of(architecture);
        int Offset(string name) => layout.Find(group, name).Offset;
        var norm = architecture.MessageLayerNorm;
        LstmWeights = Offset("lstm/w");
        LstmBiases = Offset("lstm/b");
        Forward = new(Offset("fwd/w"), Offset("fwd/b"), norm ? Offset("fwd_norm/scale") : -1, norm ? Offset("fwd_norm/offset") : -1);
        Backward = new(Offset("bwd/w"), Offset("bwd/b"), norm ? Offset("bwd_norm/scale") : -1, norm ? Offset("bwd_norm/offset") : -1);
        InitialCell = layout.Tensors.FirstOrDefault(tensor => tensor.Name == $"theta/{group}/initial_cell")?.Offset ?? -1;
    }

    /// <summary>W, [inputs, 4 N].</summary>
    public int LstmWeights { get; }

    /// <summary>bias, [4 N].</summary>
    public int LstmBiases { get; }

    /// <summary>The messenger of forward messages.</summary>
    public MessengerParameters Forward { get; }

    /// <summary>The messenger of backward messages.</summary>
    public MessengerParameters Backward { get; }

    /// <summary>The learned initial cell, [N]; -1 where the group has none.</summary>
    public int InitialCell { get; }
}

/// <summary>Where a messenger's tensors lie in the flat theta; those of the layer norm are -1 where it is off.</summary>
/// <param name="Weights">Wf or Wb, [N, M].</param>
/// <param name="Biases">bf or bb, [M].</param>
/// <param name="Scale">Layer norm scale, [M].</param>
/// <param name="Offset">Layer norm offset, [M].</param>
internal readonly record struct MessengerParameters(int Weights, int Biases, int Scale, int Offset);
