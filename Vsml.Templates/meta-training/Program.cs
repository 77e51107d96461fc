using Vsml;
using Vsml.Evaluation;
using Vsml.MetaTraining;

// Meta-trains for a quarter of a minute on small MNIST images behind random projections: every episode is a new problem.
var run = new RunConfiguration
{
    Model = Learner.Model.ForSizes(16, 5).Architecture,
    InitialInputGateBias = 3,
    Tasks = [new TransformedTask(new ImageTask { Data = "mnist", Size = 8 }, new RandomProjection(), new LabelPermutation())],
    Stages =
    [
        new() { Iterations = 400, EpisodeLength = 20, Inputs = [16], Classes = 5 },
        new() { Iterations = 200, EpisodeLength = 50, Inputs = [32], Classes = 10 },
    ],
    LearningRate = new() { Values = [0.003, 0.002, 0.0005], WarmUpIterations = 20 },
    Estimator = new BpttOptions { EpisodeCount = 16 },
    Optimizer = new Adam { ClipNorm = 1 },
};
var theta = new TrainingRun(run, ModelSource.DeclaredIn(typeof(Learner).Assembly)).Run().Theta;
theta.Save("theta.safetensors");

// Learns digits it never saw, with other sizes, beside baselines on the very same episodes.
var task = MetaTestTasks.Create("digits", size: 8);
var model = Learner.Model.ForSizes(task.InputSize, task.OutputSize);
var report = MetaTest.Run(task, [MetaTestLearner.Vsml("vsml", model, model.Pack(theta)), .. MetaTestLearner.PublishedBaselines], new() { Episodes = 4, Length = 500 });
foreach (var result in report.Results.Where(result => (result.From, result.To) == (1, 100)))
    Console.WriteLine($"{result.Learner} {result.Variant}: {result.Accuracy:P1} of the first 100 right before their labels");

[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class Learner;
