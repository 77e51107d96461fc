using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>
/// The episodes of a wave, drawn by threads while the device is busy with another one: of inputs only the recipe, where the device can
/// follow it.
/// </summary>
internal sealed class WaveData
{
    private readonly List<EpisodeData> _episodes = [];

    /// <summary>The episodes of a wave, in its order.</summary>
    public IReadOnlyList<EpisodeData> Episodes => _episodes;

    /// <summary>Draws the episodes of a wave.</summary>
    /// <param name="request">The request.</param>
    /// <param name="wave">The wave.</param>
    /// <param name="inputs">Makes the inputs that have recipes.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="cancellation">Stops it.</param>
    public void Draw(PopulationRequest request, PopulationWave wave, InputMaker inputs, int threads, CancellationToken cancellation)
    {
        while (_episodes.Count < wave.Parts.Length) _episodes.Add(new EpisodeData(defers: true));
        var source = request.Episodes;
        Parallel.For(0, wave.Parts.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, i =>
        {
            var part = wave.Parts[i];
            var random = new CounterRandom(request.Seed, RandomStream.Task, part.Began, (uint)(request.FirstPair + part.Index));
            source.Tasks[part.Task].Task.Sample(ref random, source.Length, _episodes[i]);
            if (!inputs.Makes(_episodes[i])) _episodes[i].ComputeInputs();
        });
    }
}
