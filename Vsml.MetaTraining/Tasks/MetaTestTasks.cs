using Vsml.Data;

namespace Vsml.MetaTraining;

/// <summary>The tasks of the published comparisons, by the names of the command line.</summary>
public static class MetaTestTasks
{
    private const int DefaultSide = 28;

    /// <summary>
    /// A task for meta-tests: held-out images drawn without replacement, labels permuted anew for every episode, and if asked for a
    /// fresh random projection per episode that keeps the number of inputs.
    /// </summary>
    /// <param name="nameOrFile">A name of <see cref="DatasetCatalogue.Entries"/>, or a data file.</param>
    /// <param name="size">Rows and columns of the images; 0 for their own. Generated vectors have size x size inputs (0: 28 x 28).</param>
    /// <param name="projected">Whether inputs are projected.</param>
    /// <exception cref="VsmlException">There is no such data set, or the size is wrong.</exception>
    public static TaskDescription Create(string nameOrFile, int size = 0, bool projected = false)
    {
        if (size is < 0 or > ImageResizing.LargestSize) throw new VsmlException($"image size {size} is outside 0..{ImageResizing.LargestSize}");
        var side = size == 0 ? DefaultSide : size;
        TaskDescription task = nameOrFile switch
        {
            "random" => new RandomTask { Inputs = side * side },
            "sum-sign" => new SumSignTask { Inputs = side * side },
            _ => new ImageTask { Data = nameOrFile, Split = DatasetSplit.Test, Size = size },
        };
        var created = projected
            ? new TransformedTask(task, new RandomProjection(), new LabelPermutation())
            : new TransformedTask(task, new LabelPermutation());
        created.Validate(1);
        return created;
    }
}
