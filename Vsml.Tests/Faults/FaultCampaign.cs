using System.Globalization;
using Vsml.Tests.Faults.Errors;
using Vsml.Tests.Faults.HostileFiles;
using Vsml.Tests.Faults.Kills;
using Vsml.Tests.Faults.Numbers;
using Vsml.Tests.Faults.PowerCuts;
using Vsml.Tests.Faults.Shim;

namespace Vsml.Tests.Faults;

/// <summary>The long form of the fault campaign (faults.md), a program: <c>eng/fault-campaign.sh PART [--count N] [--seed S]</c>.</summary>
internal static class FaultCampaign
{
    private const int Success = 0, Found = 1, BadInput = 2;
    private const int KillsOfARun = 25;

    private static int Main(string[] args)
    {
        try
        {
            var options = CampaignOptions.Parse(args);
            // The parts that stand between the run and its files need a process of their own.
            return options.Part is "power" or "faults" && !FileShim.IsLoaded ? FileShim.RunAgain(args, Console.Out) : Run(options) == 0 ? Success : Found;
        }
        catch (VsmlException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return BadInput;
        }
    }

    private static int Run(CampaignOptions options)
    {
        switch (options.Part)
        {
            case "kills":
                var kills = new KillCampaign(options.Seed, Console.Out);
                return kills.Run(options.Count ?? 1000, KillsOfARun, kills.Jobs());
            case "numbers": return new NumberCampaign(Console.Out).Run() + new GradientCampaign(Console.Out).Run();
            case "power": return new PowerCutCampaign(options.Seed, Console.Out).Run(options.Count);
            case "faults": return new FileErrorCampaign(options.Seed, Console.Out).Run(options.Count);
            case "fuzz": return GuidedFuzzing.Run(options.Count ?? 1_000_000, options.Seed, options.Only, Console.Out);
            case GuidedFuzzing.Child:
                GuidedFuzzing.RunChild(options.Only!);
                return 0;
            default: throw new VsmlException($"There is no part '{options.Part}'. {CampaignOptions.Usage}");
        }
    }
}

/// <summary>What the campaign is asked for.</summary>
/// <param name="Part">What to do.</param>
/// <param name="Only">One case of it; null for all.</param>
/// <param name="Count">How many; null for the part's own number.</param>
/// <param name="Seed">Seed of everything random.</param>
internal sealed record CampaignOptions(string Part, string? Only, long? Count, int Seed)
{
    /// <summary>How it is started.</summary>
    public const string Usage = "Usage: eng/fault-campaign.sh kills|power|faults|numbers|fuzz [CASE] [--count N] [--seed S]";

    /// <summary>Reads a command line.</summary>
    /// <exception cref="VsmlException">It is wrong.</exception>
    public static CampaignOptions Parse(IReadOnlyList<string> args)
    {
        if (args.Count == 0) throw new VsmlException(Usage);
        var options = new CampaignOptions(args[0], null, null, 1);
        for (var i = 1; i < args.Count; i++)
            options = args[i] switch
            {
                "--count" => options with { Count = Number(args, ++i) },
                "--seed" => options with { Seed = checked((int)Number(args, ++i)) },
                ['-', ..] => throw new VsmlException($"There is no option '{args[i]}'. {Usage}"),
                var only => options with { Only = only },
            };
        return options;
    }

    private static long Number(IReadOnlyList<string> args, int at) =>
        at < args.Count && long.TryParse(args[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue ? number
            : throw new VsmlException($"A whole number must follow {args[at - 1]}. {Usage}");
}
