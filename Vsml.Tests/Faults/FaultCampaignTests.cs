using Vsml.Tests.Faults.Kills;
using Vsml.Tests.Faults.Numbers;
using Vsml.Tests.Faults.Shim;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Scale;

namespace Vsml.Tests.Faults;

/// <summary>The short form of the fault campaign: some cases of every part. The long form is eng/fault-campaign.sh.</summary>
public class FaultCampaignTests
{
    [LinuxFact("Processes are found in /proc.")]
    public void Runs_that_are_killed_go_on_bit_for_bit() => ShouldFindNothing(output => new KillCampaign(seed: 1, output).Run(count: 14, ofARun: 2, [KillCampaign.Alone]));

    [MpiFact(MpiPrograms.OpenMpi, MpiPrograms.Mpich)]
    public void So_do_runs_that_ranks_share() => ShouldFindNothing(output => new KillCampaign(seed: 2, output).Run(count: 6, ofARun: 3, KillCampaign.Ranks));

    [ShimFact]
    public void Runs_go_on_after_a_power_cut() => ShouldFindNothing(output => FileShim.RunAgain(["power", "--count", "210"], output));

    [ShimFact]
    public void Errors_of_the_file_system_lose_nothing() => ShouldFindNothing(output => FileShim.RunAgain(["faults", "--count", "150"], output));

    [Fact]
    public void Numbers_that_are_not_finite_are_refused_or_stop_the_run() => ShouldFindNothing(output => new NumberCampaign(output).Run());

    [Fact]
    public void Gradients_that_are_not_finite_make_no_step() => ShouldFindNothing(output => new GradientCampaign(output).Run());

    private static void ShouldFindNothing(Func<TextWriter, int> campaign)
    {
        using var output = new StringWriter();
        campaign(output).ShouldBe(0, output.ToString());
    }

    /// <summary>A test that stands between a process and its files; skipped, with the reason, where that cannot be.</summary>
    private sealed class ShimFactAttribute : FactAttribute
    {
        public ShimFactAttribute() => Skip = FileShim.WhyNot;
    }
}
