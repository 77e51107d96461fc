using Vsml.MetaTraining;

namespace Vsml.Tests.Estimation;

public class TruncationScheduleTests
{
    [Fact]
    public void NoneIsTheWholeEpisodeAndConstantIsConstant()
    {
        TruncationSchedule.None.Length(1, 2, 77).ShouldBe(77);
        TruncationSchedule.Constant(20).Length(1, 2, 77).ShouldBe(20);
        TruncationSchedule.Constant(20).Longest(77).ShouldBe(20);
        TruncationSchedule.Constant(20).ShouldBe(TruncationSchedule.Constant(20));
    }

    [Fact]
    public void StaggeredWindowsBeginAllOverTheEpisode()
    {
        var staggered = TruncationSchedule.Constant(20, staggered: true);
        Enumerable.Range(0, 6).Select(place => staggered.Start(place, 77)).ShouldBe([0, 20, 40, 60, 0, 20]);
        Enumerable.Range(0, 4).Select(place => staggered.Start(place, 60)).ShouldBe([0, 20, 40, 0]);
        Enumerable.Range(0, 3).Select(place => staggered.Start(place, 15)).ShouldBe([0, 0, 0]);
        TruncationSchedule.Constant(20).Start(1, 77).ShouldBe(0);
        staggered.ShouldNotBe(TruncationSchedule.Constant(20));
    }

    [Fact]
    public void LogUniformTakesEveryOctaveEquallyOften()
    {
        var schedule = TruncationSchedule.LogUniform(1, 255);
        var octaves = new int[8];
        const int iterations = 8_000;
        for (uint iteration = 0; iteration < iterations; iteration++)
        {
            var length = schedule.Length(3, iteration, 1000);
            length.ShouldBeInRange(1, 255);
            octaves[int.Log2(length)]++;
        }
        foreach (var octave in octaves) ((double)octave).ShouldBe(1000, 5 * Math.Sqrt(1000 * 7 / 8.0));
        schedule.Length(3, 5, 1000).ShouldBe(schedule.Length(3, 5, 1000));
        schedule.Longest(1000).ShouldBe(255);
    }

    [Fact]
    public void LengthsThatDoNotFitAreRefused()
    {
        TruncationSchedule.Constant(20).Validate(20);
        Should.Throw<VsmlException>(() => TruncationSchedule.Constant(21).Validate(20)).Message.ShouldContain("longer than the episode of 20");
        Should.Throw<VsmlException>(() => TruncationSchedule.Constant(0).Validate(20));
        Should.Throw<VsmlException>(() => TruncationSchedule.LogUniform(5, 21).Validate(20));
        Should.Throw<VsmlException>(() => TruncationSchedule.LogUniform(6, 5).Validate(20));
    }
}
