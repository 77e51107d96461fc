using System.Numerics.Tensors;
using ILGPU;
using ILGPU.Runtime;
using Vsml.Data;
using Vsml.Ilgpu.Kernels;
using Vsml.MetaTraining;
using Vsml.Numerics;

namespace Vsml.Ilgpu;

/// <summary>
/// Makes the inputs of episodes on a device by their recipes, so that only these go there: rows of data sets, which stay on the device, or
/// of vectors of the episode; picked, scaled and projected inputs. What has no recipe, or whose data set is not kept, is copied.
/// </summary>
internal sealed class InputMaker : IDisposable
{
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, ArrayView<int>, int, ArrayView<float>> _show;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, int, ArrayView<int>, ArrayView<float>> _select;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, float, ArrayView<float>> _scale;
    private readonly Action<AcceleratorStream, Index1D, RandomKey, uint, float, ArrayView<float>> _draw;
    private readonly Action<AcceleratorStream, Index1D, ArrayView<float>, int, ArrayView<float>, int, ArrayView<float>> _project;
    private readonly IlgpuDevice _device;
    private readonly Dictionary<float[], MemoryBuffer1D<float, Stride1D.Dense>> _kept = [];
    private readonly GrowingBuffer<int> _numbers;
    private readonly GrowingBuffer<float> _vectors, _matrix, _one, _other;

    /// <summary>Compiles the kernels.</summary>
    /// <param name="device">The device.</param>
    /// <exception cref="VsmlException">They cannot be compiled for it.</exception>
    public InputMaker(IlgpuDevice device)
    {
        _device = device;
        var accelerator = device.Accelerator;
        (_show, _select, _scale, _draw, _project) = device.Compile("that make inputs", () => (
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, ArrayView<int>, int, ArrayView<float>>(InputSteps.Show),
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, int, ArrayView<int>, ArrayView<float>>(InputSteps.Select),
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, float, ArrayView<float>>(InputSteps.Scale),
            accelerator.LoadAutoGroupedKernel<Index1D, RandomKey, uint, float, ArrayView<float>>(InputSteps.Draw),
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>, int, ArrayView<float>, int, ArrayView<float>>(InputSteps.Project)));
        _numbers = new(device, "the examples of episodes");
        (_vectors, _matrix) = (new(device, "the vectors of episodes"), new(device, "a projection"));
        (_one, _other) = (new(device, "the inputs of an episode"), new(device, "the inputs of an episode"));
    }

    /// <summary>Bytes that data sets take.</summary>
    public long KeptBytes => _kept.Values.Sum(table => table.LengthInBytes);

    /// <summary>Keeps data sets on the device, and no others.</summary>
    /// <param name="datasets">The data sets.</param>
    /// <param name="mostBytes">Bytes that they may take all together; those that would take more are not kept.</param>
    public void Keep(IEnumerable<ImageDataset> datasets, long mostBytes)
    {
        var wanted = datasets.Select(dataset => dataset.Pixels).ToHashSet();
        foreach (var old in _kept.Keys.Where(table => !wanted.Contains(table)).ToList())
        {
            _kept[old].Dispose();
            _kept.Remove(old);
        }
        foreach (var table in wanted.Where(table => !_kept.ContainsKey(table)))
        {
            if (KeptBytes + sizeof(float) * (long)table.Length > mostBytes) continue;
            var buffer = _device.Allocate<float>(table.Length, "the images of a data set");
            buffer.CopyFromCPU(table);
            _kept.Add(table, buffer);
        }
    }

    /// <summary>Whether the inputs of an episode are made on the device; else they are copied.</summary>
    /// <param name="episode">The episode.</param>
    public bool Makes(EpisodeData episode) => episode.Recipe is { } recipe && (!recipe.IsDataset || _kept.ContainsKey(recipe.Table));

    /// <summary>Makes the inputs of the episodes of a wave.</summary>
    /// <param name="wave">The wave.</param>
    /// <param name="episodes">Its episodes.</param>
    /// <param name="size">Floats of an input.</param>
    /// <param name="inputs">Receives them [pair, example, input].</param>
    public void Make(PopulationWave wave, IReadOnlyList<EpisodeData> episodes, int size, ArrayView<float> inputs)
    {
        // What all recipes take goes up at once.
        var starts = new (int Numbers, int Vectors)[wave.Parts.Length];
        var (numbers, vectors) = (new List<int>(), new List<float>());
        for (var p = 0; p < starts.Length; p++)
        {
            if (!Makes(episodes[p])) continue;
            var recipe = episodes[p].Recipe!;
            starts[p] = (numbers.Count, vectors.Count);
            ReadOnlySpan<int> rows = recipe.Rows.AsSpan(wave.Parts[p].From, wave.Count);
            numbers.AddRange(rows);
            foreach (var selection in recipe.Steps.OfType<SelectionStep>()) numbers.AddRange(selection.Sources.Span);
            if (!recipe.IsDataset) vectors.AddRange(recipe.Table.AsSpan(0, (TensorPrimitives.Max(rows) + 1) * recipe.RowSize));
        }
        var (numbersThere, vectorsThere) = (_numbers.Upload(numbers), _vectors.Upload(vectors));
        for (var p = 0; p < starts.Length; p++)
        {
            var target = inputs.SubView((long)p * wave.Count * size, (long)wave.Count * size);
            if (!Makes(episodes[p]))
            {
                Copy(episodes[p].Inputs.AsSpan(wave.Parts[p].From * size, wave.Count * size), target);
                continue;
            }
            var recipe = episodes[p].Recipe!;
            Run(recipe, wave.Count, recipe.IsDataset ? _kept[recipe.Table].View : vectorsThere.SubView(starts[p].Vectors), numbersThere.SubView(starts[p].Numbers), target);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var table in _kept.Values) table.Dispose();
        foreach (var buffer in new IDisposable[] { _numbers, _vectors, _matrix, _one, _other }) buffer.Dispose();
    }

    private static void Copy(ReadOnlySpan<float> inputs, ArrayView<float> target) => target.CopyFromCPU(inputs);

    private void Run(InputRecipe recipe, int count, ArrayView<float> table, ArrayView<int> numbers, ArrayView<float> target)
    {
        var (before, size, used) = (Result(0, recipe.RowSize), recipe.RowSize, count);
        _show(_device.Accelerator.DefaultStream, checked(count * size), table, numbers, size, before);
        for (var s = 0; s < recipe.Steps.Count; s++)
        {
            var step = recipe.Steps[s];
            var after = Result(s + 1, step.Outputs);
            Run(step, before, size, numbers, ref used, after);
            (before, size) = (after, step.Outputs);
        }

        // What the last step makes goes where it is wanted, the others take turns with two buffers.
        ArrayView<float> Result(int steps, int width) => steps == recipe.Steps.Count ? target : (steps % 2 == 0 ? _one : _other).Room(checked(count * width));
    }

    private void Run(IInputStep step, ArrayView<float> before, int size, ArrayView<int> numbers, ref int used, ArrayView<float> after)
    {
        var (stream, floats) = (_device.Accelerator.DefaultStream, after.IntLength);
        switch (step)
        {
            case SelectionStep:
                _select(stream, floats, before, size, numbers.SubView(used, step.Outputs), after);
                used += step.Outputs;
                break;
            case ScaleStep scale:
                _scale(stream, floats, before, scale.Factor, after);
                break;
            case ProjectionStep projection:
                var matrix = _matrix.Room(size * projection.Outputs);
                _draw(stream, matrix.IntLength, projection.Key, projection.FirstBlock, projection.Limit, matrix);
                _project(stream, floats, before, size, matrix, projection.Outputs, after);
                break;
            default:
                throw new InvalidOperationException($"No kernel makes a {step.GetType().Name}.");
        }
    }
}
