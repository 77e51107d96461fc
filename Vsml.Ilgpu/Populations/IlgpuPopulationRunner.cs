using Vsml.MetaTraining;

namespace Vsml.Ilgpu;

/// <summary>
/// Runs a population on a device, whole episodes in one launch. Members, initial cells, inputs, outputs and losses are made there, where
/// images of data sets stay; what inputs are made of is drawn by threads, for the next wave while one runs. The same losses as
/// <see cref="CpuPopulationRunner"/>, but for rounding; the same bits on every run on one device, however many members fit it at once.
/// One call at a time.
/// </summary>
public sealed class IlgpuPopulationRunner : IPopulationRunner, IDisposable
{
    private readonly IlgpuDevice _device;
    private readonly Func<TaskDescription, IlgpuModel> _modelOf;
    private readonly int _threads;
    private readonly long _memoryBytes;
    private readonly InputMaker _inputs;
    private readonly WaveData[] _data = [new(), new()];
    private readonly Dictionary<IlgpuModel, PopulationNetwork> _networks = [];
    private EpisodeSource? _source;
    private PopulationNetwork[] _ofTask = [];
    private PopulationNetwork? _last;

    /// <summary>Makes a runner.</summary>
    /// <param name="device">The device, which must live as long.</param>
    /// <param name="modelOf">The model whose layout fits a task.</param>
    /// <param name="threads">Threads that draw episodes; 0 for one a core.</param>
    /// <param name="memoryBytes">Bytes of the device that it may take; null for all that are free.</param>
    public IlgpuPopulationRunner(IlgpuDevice device, Func<TaskDescription, IlgpuModel> modelOf, int threads = 0, long? memoryBytes = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (_device, _modelOf) = (device, modelOf);
        _threads = threads == 0 ? Environment.ProcessorCount : threads;
        _memoryBytes = memoryBytes ?? long.MaxValue;
        device.Accelerator.Bind();
        _inputs = new InputMaker(device);
    }

    /// <inheritdoc/>
    public string? Waves { get; private set; }

    /// <inheritdoc/>
    public PopulationResult Run(PopulationRequest request, CancellationToken cancellation = default)
    {
        if (request.State.PairCount != 0 && request.State.PairCount != request.PairCount)
            throw new VsmlException($"The unroll state is that of {request.State.PairCount} pairs, but {request.PairCount} are to run.");
        _device.Accelerator.Bind();
        if (!request.Episodes.Equals(_source)) Prepare(request.Episodes);
        foreach (var model in _ofTask.Select(network => network.Model))
            if (model.Parameters.Count != request.Theta.Length)
                throw new VsmlException($"theta has {request.Theta.Length} values, but the model of {model.Architecture.InputSize} inputs and {model.Architecture.OutputSize} outputs has {model.Parameters.Count} meta-parameters.");
        var waves = PopulationWave.Of(request, PairsThatFit);
        Waves = waves.Count == waves.Select(wave => (wave.Task, wave.Members, wave.Count)).Distinct().Count() ? null : FormattableString.Invariant($"{2 * request.PairCount} members on device {_device.Description} in {waves.Count} waves of at most {waves.Max(wave => wave.Parts.Length * wave.Members)}, as many as its memory holds");
        var result = new ResultBuilder(request);
        var drawing = Draw(0);
        for (var w = 0; w < waves.Count; w++)
        {
            drawing.GetAwaiter().GetResult();
            // After drawing: a wave that nobody waits for would run on.
            cancellation.ThrowIfCancellationRequested();
            var network = _ofTask[waves[w].Task];
            if (_last != network) _last?.Release();
            _last = network;
            drawing = w + 1 < waves.Count ? Draw(w + 1) : Task.CompletedTask;
            try
            {
                network.Start(request, waves[w], _data[w % 2].Episodes);
                result.Add(waves[w], network);
            }
            finally
            {
                // It fills buffers of this runner; what went wrong there is told when it is awaited.
                Task.WhenAny(drawing).Wait(CancellationToken.None);
            }
        }
        return result.Build();

        Task Draw(int wave) => Task.Run(() => _data[wave % 2].Draw(request, waves[wave], _inputs, _threads, cancellation), CancellationToken.None);
    }

    /// <summary>Finds out whether episodes can run, one pair at least; compiles the kernels.</summary>
    /// <param name="source">What they are drawn from.</param>
    /// <param name="length">Most examples that run at once.</param>
    /// <exception cref="VsmlException">They cannot.</exception>
    internal void Check(EpisodeSource source, int length)
    {
        _device.Accelerator.Bind();
        Prepare(source);
        for (var task = 0; task < _ofTask.Length; task++) PairsThatFit(task, members: length < source.Length ? 3 : 2, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in _networks.Values) network.Dispose();
        _inputs.Dispose();
    }

    private void Prepare(EpisodeSource source)
    {
        source.Validate();
        _last?.Release();
        _inputs.Keep(source.Tasks.SelectMany(share => share.Task.Datasets), Math.Min(_memoryBytes, _device.FreeBytes) / 2);
        _ofTask = [.. source.Tasks.Select(share => NetworkOf(share.Task))];
        _source = source;
    }

    private PopulationNetwork NetworkOf(TaskDescription task)
    {
        var model = _modelOf(task);
        var architecture = model.Architecture;
        if (architecture.InputSize != task.InputSize || architecture.OutputSize != task.OutputSize)
            throw new VsmlException($"The model has {architecture.InputSize} inputs and {architecture.OutputSize} outputs, but the task has {task.InputSize} and {task.OutputSize}.");
        if (!_networks.TryGetValue(model, out var network)) _networks.Add(model, network = new PopulationNetwork(model, _device, _inputs));
        return network;
    }

    private int PairsThatFit(int task, int members, int count)
    {
        var network = _ofTask[task];
        _last?.Release();
        var (bytes, free) = (network.BytesOf(members, count), Math.Min(_memoryBytes - _inputs.KeptBytes, _device.FreeBytes));
        if (bytes > free)
            throw new VsmlException(FormattableString.Invariant($"Device {_device.Description} has {free / 1e6:N1} MB to give, too little for one pair of members, whose episodes of {count} examples take {bytes / 1e6:N1} MB. Take shorter episodes or a smaller network, or the CPU."));
        return (int)Math.Min(free / bytes, int.MaxValue);
    }

    /// <summary>Puts the result together from waves.</summary>
    private sealed class ResultBuilder(PopulationRequest request)
    {
        private readonly float[] _losses = new float[2 * request.PairCount];
        private readonly int[] _counted = new int[request.PairCount], _correct = new int[request.PairCount], _positions = new int[request.PairCount];
        private readonly uint[] _began = new uint[request.PairCount];
        private readonly float[][] _learners = new float[request.PairCount][];
        private long _examples;

        public void Add(PopulationWave wave, PopulationNetwork network)
        {
            var (losses, correct) = network.Finish();
            for (var i = 0; i < wave.Parts.Length; i++)
            {
                var (part, at) = (wave.Parts[i], i * wave.Members);
                var plus = wave.Members > 2 && !float.IsFinite(losses[at + 2]) ? float.NaN : losses[at];
                var firstCounted = request.Episodes.Loss == EpisodeLoss.Last ? request.Episodes.Length - 1 : 0;
                (_losses[2 * part.Index], _losses[2 * part.Index + 1]) = (plus, losses[at + 1]);
                _counted[part.Index] = Math.Max(0, part.To - Math.Max(part.From, firstCounted));
                _correct[part.Index] = correct[at] + correct[at + 1];
                _examples += (long)wave.Members * part.Count;
                // A pair that drops out begins a new episode, as its learners may never recover.
                var goesOn = part.To < request.Episodes.Length && float.IsFinite(plus) && float.IsFinite(losses[at + 1]);
                (_positions[part.Index], _began[part.Index]) = goesOn ? (part.To, part.Began) : (0, request.Iteration + 1);
                _learners[part.Index] = goesOn ? Learners(wave, network, at) : [];
            }
        }

        public PopulationResult Build() => new(
            _losses, _counted, _correct, _examples, Array.Exists(_positions, position => position > 0) ? new UnrollState(_began, _positions, _learners) : UnrollState.Empty);

        // Truncated ES goes on from where theta itself led, the other variants from each learner's own state.
        private static float[] Learners(PopulationWave wave, PopulationNetwork network, int at)
        {
            var floats = network.StateFloats;
            var saved = new float[wave.Members > 2 ? floats : 2 * floats];
            if (wave.Members > 2) network.Save(at + 2, saved);
            else for (var m = 0; m < 2; m++) network.Save(at + m, saved.AsSpan(m * floats, floats));
            return saved;
        }
    }
}
