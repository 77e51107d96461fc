namespace Vsml.MetaTraining;

/// <summary>A task as one stage uses it, with the layout that runs it; an empty one where a run trains another learner.</summary>
/// <param name="Weight">How often it is taken, in proportion to the others.</param>
/// <param name="Task">The task, at the stage's sizes.</param>
/// <param name="Layout">The architecture at the task's sizes.</param>
public sealed record StageTask(double Weight, TaskDescription Task, Architecture Layout);

/// <summary>Fits a run's tasks to the sizes of a stage.</summary>
public static class StageTasks
{
    /// <summary>The tasks of a stage, its own or the run's, each at each of the stage's numbers of inputs.</summary>
    /// <param name="configuration">The run.</param>
    /// <param name="stage">The stage.</param>
    /// <exception cref="VsmlException">A task cannot have the stage's sizes, its data are not there, or it has too few examples.</exception>
    public static IReadOnlyList<StageTask> Of(RunConfiguration configuration, TrainingStage stage)
    {
        var tasks = new List<StageTask>();
        foreach (var share in stage.Tasks.Count == 0 ? configuration.Tasks : stage.Tasks)
            foreach (var inputs in stage.Inputs.Count == 0 ? [0] : stage.Inputs.AsEnumerable())
            {
                var task = share.Task.Resize(inputs, stage.Classes);
                task.Validate(stage.EpisodeLength);
                if (inputs > 0 && task.InputSize != inputs)
                    throw new VsmlException($"the stage asks for {inputs} inputs, but the task has {task.InputSize}; give the task a transform that sets their number (random-pixels, random-projection, padding)");
                if (stage.Classes > 0 && task.OutputSize != stage.Classes)
                    throw new VsmlException($"the stage asks for {stage.Classes} classes, but the task has {task.OutputSize}");
                tasks.Add(new StageTask(share.Weight, task, configuration.Learner is null ? Layouts.For(configuration.Model, task.InputSize, task.OutputSize) : new Architecture()));
            }
        return tasks;
    }
}
