namespace Vsml.MetaTraining;

/// <summary>A task as one stage uses it, with the layout that runs it.</summary>
/// <param name="Weight">How often it is taken, in proportion to the others.</param>
/// <param name="Task">The task, at the stage's sizes.</param>
/// <param name="Layout">The architecture at the task's sizes.</param>
public sealed record StageTask(double Weight, TaskDescription Task, Architecture Layout);

/// <summary>Fits a run's tasks to the sizes of a stage.</summary>
public static class StageTasks
{
    /// <summary>The tasks of a stage, each at each of the stage's numbers of inputs.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="stage">The stage.</param>
    /// <exception cref="VsmlException">A task cannot have the stage's sizes, its data are not there, or it has too few examples.</exception>
    public static IReadOnlyList<StageTask> Of(RunConfiguration configuration, TrainingStage stage)
    {
        var tasks = new List<StageTask>();
        foreach (var share in configuration.Tasks)
            foreach (var inputs in stage.Inputs.Count == 0 ? [0] : stage.Inputs.AsEnumerable())
            {
                var task = Fit(share.Task, inputs, stage.Classes);
                task.Validate(stage.EpisodeLength);
                if (inputs > 0 && task.InputSize != inputs)
                    throw new VsmlException($"the stage asks for {inputs} inputs, but the task has {task.InputSize}; give the task a transform that sets their number (random-pixels, random-projection, padding)");
                if (stage.Classes > 0 && task.OutputSize != stage.Classes)
                    throw new VsmlException($"the stage asks for {stage.Classes} classes, but the task has {task.OutputSize}");
                tasks.Add(new StageTask(share.Weight, task, Layouts.For(configuration.Model, task.InputSize, task.OutputSize)));
            }
        return tasks;
    }

    private static TaskDescription Fit(TaskDescription task, int inputs, int classes) => task switch
    {
        TransformedTask transformed => Fit(transformed, inputs, classes),
        MixedTask mixed => new MixedTask(mixed.Shares.Select(share => share with { Task = Fit(share.Task, inputs, classes) })),
        ImageTask images when classes > 0 => images with { ClassCount = classes },
        RandomTask random => random with { Inputs = inputs > 0 ? inputs : random.Inputs, Classes = classes > 0 ? classes : random.Classes },
        SumSignTask sumSign when inputs > 0 => sumSign with { Inputs = inputs },
        _ => task,
    };

    // The last change of the inputs' number decides it, so that one is set; what comes before keeps its own.
    private static TransformedTask Fit(TransformedTask task, int inputs, int classes)
    {
        var transforms = task.Transforms.ToArray();
        var last = Array.FindLastIndex(transforms, transform => transform is RandomPixels or RandomProjection or Padding);
        if (inputs > 0 && last >= 0)
            transforms[last] = transforms[last] switch
            {
                RandomPixels pixels => pixels with { Count = inputs },
                RandomProjection projection => projection with { Outputs = inputs },
                Padding padding => padding with { InputSize = inputs },
                var other => other,
            };
        return new TransformedTask(Fit(task.Source, last < 0 ? inputs : 0, classes), transforms);
    }
}
