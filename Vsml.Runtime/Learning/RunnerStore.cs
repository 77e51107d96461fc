namespace Vsml;

/// <summary>What a learner in compiled kernels has learned.</summary>
/// <param name="runner">Its runner, with batch 1.</param>
/// <param name="theta">Its theta.</param>
internal sealed class RunnerStore(EpisodeRunner runner, PackedTheta theta) : ILearnerStore
{
    /// <inheritdoc/>
    public Architecture Architecture => runner.Model.Architecture;

    /// <inheritdoc/>
    public string ThetaDigest => theta.Digest;

    /// <inheritdoc/>
    public LearnedState Get(IReadOnlyList<WaitingMessages> messages)
    {
        var layers = Architecture.Layers.Count;
        var state = new LearnedState(new float[layers][], new float[layers][], [.. messages.Select(which => new float[which.Floats])]);
        for (var l = 0; l < layers; l++)
        {
            runner.GetCells(l, state.Cells[l] = new float[runner.CanonicalFloats(l)]);
            runner.GetHidden(l, state.Hidden[l] = new float[runner.CanonicalFloats(l)]);
        }
        foreach (var (which, values) in messages.Zip(state.Messages))
            for (var i = 0; i < values.Length; i++) values[i] = At(which, i);
        return state;
    }

    /// <inheritdoc/>
    public void Set(IReadOnlyList<WaitingMessages> messages, LearnedState state)
    {
        runner.Reset();
        runner.Resume();
        for (var l = 0; l < state.Cells.Length; l++)
        {
            runner.SetCells(l, state.Cells[l]);
            runner.SetHidden(l, state.Hidden[l]);
        }
        foreach (var (which, values) in messages.Zip(state.Messages))
            for (var i = 0; i < values.Length; i++) At(which, i) = values[i];
    }

    private ref float At(WaitingMessages messages, int index) =>
        ref runner.State.Backward[messages.Boundary].Span[messages.EntryAt(index) * runner.Shape.PaddedUnits(messages.Boundary) + messages.PlaceAt(index)];
}
