using Vsml.Data;

namespace Vsml.MetaTraining;

/// <summary>The tasks of the published comparisons, by the names of the command line.</summary>
public static class MetaTestTasks
{
    private const int DefaultSide = 28;

    /// <summary>
    /// A task for meta-tests: examples drawn without replacement, labels permuted anew for every episode, and if asked for a fresh
    /// random projection per episode that keeps the number of inputs.
    /// </summary>
    /// <param name="nameOrFile">A name of <see cref="DatasetCatalogue.Entries"/>, or a data file.</param>
    /// <param name="size">Rows and columns of the images; 0 for their own. Generated vectors have size x size inputs (0: 28 x 28).</param>
    /// <param name="projected">Whether inputs are projected.</param>
    /// <param name="split">Which part of the data; null for the test part where a set comes with one, else all examples.</param>
    /// <param name="csv">How a CSV file is to be read.</param>
    /// <param name="standardise">By which figures inputs are standardised; null for what is usual for the data.</param>
    /// <exception cref="VsmlException">There is no such data set, the size is wrong, or something is asked of data that do not have it.</exception>
    public static TaskDescription Create(string nameOrFile, int size = 0, bool projected = false, DatasetSplit? split = null, CsvOptions csv = default, Standardisation? standardise = null)
    {
        if (size is < 0 or > ImageResizing.LargestSize) throw new VsmlException($"image size {size} is outside 0..{ImageResizing.LargestSize}");
        var side = size == 0 ? DefaultSide : size;
        var isGenerated = nameOrFile is "random" or "sum-sign";
        if (isGenerated && (split, csv, standardise) != (null, default, null))
            throw new VsmlException($"{nameOrFile}: is generated, so split, label, header and standardise do not apply");
        TaskDescription task = nameOrFile switch
        {
            "random" => new RandomTask { Inputs = side * side },
            "sum-sign" => new SumSignTask { Inputs = side * side },
            _ => new ImageTask
            {
                Data = nameOrFile,
                Split = split ?? (DatasetCatalogue.HasTestPart(nameOrFile) ? DatasetSplit.Test : DatasetSplit.All),
                Size = size,
                Label = csv.Label,
                Header = csv.Header,
                Standardise = standardise,
            },
        };
        var created = projected
            ? new TransformedTask(task, new RandomProjection(), new LabelPermutation())
            : new TransformedTask(task, new LabelPermutation());
        created.Validate(1);
        return created;
    }
}
