using Vsml.Data;
using Vsml.Files;

namespace Vsml.MetaTraining;

/// <summary>The tasks of the published comparisons, by the names of the command line.</summary>
public static class MetaTestTasks
{
    /// <summary>
    /// A task for meta-tests: examples drawn without replacement, labels permuted anew for every episode, and if asked for a fresh
    /// random projection per episode that keeps the number of inputs.
    /// </summary>
    /// <param name="nameOrFile">A name of <see cref="DatasetCatalogue.Entries"/>, a data file, a registered task that needs no options, or a JSON file with a task.</param>
    /// <param name="size">Rows and columns of the images; 0 for their own. Tasks that make their vectors up get size x size inputs.</param>
    /// <param name="projected">Whether inputs are projected.</param>
    /// <param name="split">Which part of the data; null for the test part where a set comes with one, else all examples.</param>
    /// <param name="csv">How a CSV file is to be read.</param>
    /// <param name="standardise">By which figures inputs are standardised; null for what is usual for the data.</param>
    /// <exception cref="VsmlException">There is no such data set, the size is wrong, or something is asked of data that do not have it.</exception>
    public static TaskDescription Create(string nameOrFile, int size = 0, bool projected = false, DatasetSplit? split = null, CsvOptions csv = default, Standardisation? standardise = null)
    {
        if (size is < 0 or > ImageResizing.LargestSize) throw new VsmlException($"image size {size} is outside 0..{ImageResizing.LargestSize}");
        var task = Described(nameOrFile)?.Resize(size * size, 0);
        if (task is not null && size > 0 && task.InputSize != size * size)
            throw new VsmlException($"{nameOrFile}: the task has {task.InputSize} inputs and cannot have {size} x {size}; leave the size out, or set it in the task");
        if (task is not null && (split, csv, standardise) != (null, default, null))
            throw new VsmlException($"{nameOrFile}: is a task of its own, so split, label, header and standardise do not apply");
        task ??= new ImageTask
        {
            Data = nameOrFile,
            Split = split ?? (DatasetCatalogue.HasTestPart(nameOrFile) ? DatasetSplit.Test : DatasetSplit.All),
            Size = size,
            Label = csv.Label,
            Header = csv.Header,
            Standardise = standardise,
        };
        var created = projected
            ? new TransformedTask(task, new RandomProjection(), new LabelPermutation())
            : new TransformedTask(task, new LabelPermutation());
        created.Validate(created.FixedLength ?? 1);
        return created;
    }

    /// <summary>The task with each pixel the mean of its channels, where it shows images.</summary>
    /// <param name="task">A task that <see cref="Create"/> made.</param>
    public static TaskDescription Averaged(TaskDescription task) => task switch
    {
        ImageTask images => images with { Grey = true },
        TransformedTask transformed => new TransformedTask(Averaged(transformed.Source), transformed.Transforms),
        _ => task,
    };

    // Images are not named as a task, but by their data.
    private static TaskDescription? Described(string nameOrFile)
    {
        if (nameOrFile.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return TaskJson.Parse(StrictJson.ReadText(nameOrFile), nameOrFile);
        if (Parts.Find(PartFamily.Of(typeof(TaskDescription))!, nameOrFile) is not { } kind || kind.Type == typeof(ImageTask)) return null;
        return kind.Shape.Fields.FirstOrDefault(field => field.IsRequired) is { } needed
            ? throw new VsmlException($"{nameOrFile}: the task needs {needed.Name}; write it to a JSON file, and name that")
            : (TaskDescription)kind.Shape.Create(_ => null);
    }
}
