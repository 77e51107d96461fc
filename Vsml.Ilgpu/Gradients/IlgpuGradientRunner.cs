using Vsml.MetaTraining;

namespace Vsml.Ilgpu;

/// <summary>
/// Runs the windows of a meta-batch forward and backward on a device, as many side by side as their states fit the memory that they may
/// take. Tasks and initial cells are those of the compiled kernels; losses and gradients differ from theirs in the last digits. One call at a time.
/// </summary>
public sealed class IlgpuGradientRunner : IGradientRunner, IDisposable
{
    private readonly IlgpuDevice _device;
    private readonly Func<TaskDescription, IlgpuModel> _modelOf;
    private readonly ParallelOptions _parallel;
    private readonly Dictionary<IlgpuModel, GradientNetwork> _networks = [];
    private (EpisodeSource Source, int Count, int Longest, long Bytes)? _prepared;
    private GradientNetwork[] _ofTask = [];

    /// <summary>Makes a runner.</summary>
    /// <param name="device">The device, which must live as long.</param>
    /// <param name="modelOf">The model whose layout fits a task; called once for every task of an episode source.</param>
    /// <param name="threads">Threads that draw episodes; 0 for one a core.</param>
    public IlgpuGradientRunner(IlgpuDevice device, Func<TaskDescription, IlgpuModel> modelOf, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (_device, _modelOf) = (device, modelOf);
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads };
    }

    /// <inheritdoc/>
    public TapeMemory? Memory { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<WindowOutcome> Run(GradientRequest request, CancellationToken cancellation = default)
    {
        request.CheckState();
        // A run may go on in another thread than the one that opened the device.
        _device.Accelerator.Bind();
        if (_prepared != (request.Episodes, request.EpisodeCount, request.Longest, request.MemoryBytes)) Prepare(request);
        var outcomes = new WindowOutcome[request.EpisodeCount];
        // Only windows of one network that begin at one place run side by side.
        foreach (var group in Enumerable.Range(0, request.EpisodeCount).GroupBy(index => PlaceOf(request, index)))
            foreach (var wave in group.Chunk(group.Key.Network.SideBySide))
            {
                cancellation.ThrowIfCancellationRequested();
                group.Key.Network.Run(request, wave, outcomes, _parallel);
            }
        cancellation.ThrowIfCancellationRequested();
        return outcomes;
    }

    /// <inheritdoc/>
    public void Check(EpisodeSource episodes, int count, int longest, long memoryBytes)
    {
        _device.Accelerator.Bind();
        foreach (var network in episodes.Tasks.Select(share => NetworkOf(_modelOf(share.Task))).Distinct())
        {
            network.Prepare();
            network.Plan(count, longest, memoryBytes);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in _networks.Values) network.Dispose();
    }

    private (GradientNetwork Network, int From) PlaceOf(GradientRequest request, int index)
    {
        var (began, from, _) = request.State.At(index, request.Iteration);
        return (_ofTask[request.Episodes.Choose(request.Seed, began, request.StreamOf(index))], from);
    }

    private GradientNetwork NetworkOf(IlgpuModel model)
    {
        if (!_networks.TryGetValue(model, out var network)) _networks.Add(model, network = new GradientNetwork(model, _device));
        return network;
    }

    private void Prepare(GradientRequest request)
    {
        request.Episodes.Validate();
        var networks = request.Episodes.Tasks.Select(share =>
        {
            var model = _modelOf(share.Task);
            request.CheckTheta(model.Model);
            return NetworkOf(model);
        }).ToArray();
        foreach (var network in networks.Distinct()) network.Plan(request.EpisodeCount, request.Longest, request.MemoryBytes);
        (_ofTask, _prepared) = (networks, (request.Episodes, request.EpisodeCount, request.Longest, request.MemoryBytes));
        Memory = networks.MaxBy(network => network.Memory.Bytes)!.Memory;
    }
}
