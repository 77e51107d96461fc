using Vsml;
using Vsml.Evaluation;
using Vsml.MetaTraining;

// Meta-trains on small MNIST images behind random projections: every episode is a new problem.
var run = new RunConfiguration
{
    Model = new() { StateSize = 8, MessageSize = 8, LabelFeedback = true, Layers = [new DenseLayerSpec(16, 5)] },
    Tasks = [new TransformedTask(new ImageTask { Data = "mnist", Size = 8 }, new RandomProjection(), new LabelPermutation())],
    Stages = [new() { Iterations = 100, EpisodeLength = 20, Inputs = [16], Classes = 5 }],
    Estimator = new EsOptions { PairCount = 32 },
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
internal sealed partial class Learner;
