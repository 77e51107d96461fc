using Spectre.Console;
using Vsml;
using Vsml.Evaluation;
using Vsml.MetaTraining;
using Vsml.Samples;
using Vsml.Samples.Pictures;

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(SampleOptions.Usage);
    return 0;
}
if (args is ["stream"])
{
    AnsiConsole.Write(ChangingStream.Run());
    return 0;
}
try
{
    if (args is ["pictures", var folder])
    {
        ModelPictures.Write(folder);
        return 0;
    }
    var options = SampleOptions.Parse(args);
    var run = RunConfigurationJson.Read($"preset:{options.Estimator}-2min") with { Seed = options.Seed };

    var history = new TrainingHistory();
    var result = TrainingDisplay.Show(run, history);
    var untrained = MetaParameters.Initial(run.Model, run.Seed, run.InitialInputGateBias);
    var tests = FinalTest.Run(run, result.Theta, untrained);

    AnsiConsole.Write(ResultTable.Of(tests));
    AnsiConsole.MarkupLine("[grey]Mean over 16 episodes ± standard error; predictions come before labels.[/]");
    AnsiConsole.MarkupLine("[grey]SGD and Adam: best of 13 learning rates, chosen on these very episodes.[/]");
    if (options.Json is { } json) MetaTestJson.Write(json, tests);
    CurvesPage.Write(options.Html, run, history, tests);
    Console.WriteLine($"Learning curves: {Path.GetFullPath(options.Html)}");
    return 0;
}
catch (VsmlException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
