using Vsml;
using Vsml.Evaluation;
using Vsml.MetaTraining;

var iterations = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 2000;
var run = new RunConfiguration
{
    Model = Layouts.For(MyNetwork.Model.Architecture, 8, 4),
    InitialInputGateBias = 3,
    Tasks = new([new SyntheticTask { Inputs = 8, Classes = 4 }]),
    Stages = new([new TrainingStage { Iterations = iterations, EpisodeLength = 30 }]),
    LearningRate = new LearningRateSchedule { Values = new([.003, .0005]) },
    Estimator = new BpttOptions { EpisodeCount = 16 },
    Optimizer = new Adam { ClipNorm = 1 },
};

// Runs in a folder resume after a stop: RunFolder.Create(path, run). This one stays in memory.
var result = new TrainingRun(run, MyNetwork.Model.For).Run();

// Problems of the same prior that it never saw, longer than those it was trained on, beside a learner that is not trained.
var model = MyNetwork.Model.ForSizes(8, 4);
var report = MetaTest.Run(
    new SyntheticTask { Inputs = 8, Classes = 4 },
    [MetaTestLearner.Vsml("vsml", model, model.Pack(result.Theta)), MetaTestLearner.Vsml("untrained", model, model.Pack(MetaParameters.Initial(model.Architecture, seed: 1)))],
    new MetaTestOptions { Episodes = 32, Length = 200, Seed = 7 });
foreach (var line in report.Results.Where(line => line.From == 1)) Console.WriteLine($"{line.Learner}, examples 1-{line.To}: {line.Accuracy:0.000}");
result.Theta.Save("theta.safetensors");

/// <summary>The network: sub-RNNs of 8 units, any number of inputs and classes.</summary>
[VsmlModel(StateSize = 8, MessageSize = 8, LabelFeedback = true)]
[DenseLayer]
[TickSchedule(MicroTicks = 1, BackwardSweep = BackwardSweep.Separate)]
internal sealed partial class MyNetwork;
