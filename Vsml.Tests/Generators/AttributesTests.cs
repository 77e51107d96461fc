using System.Reflection;
using Vsml.Generators;

namespace Vsml.Tests.Generators;

/// <summary>The attributes say the same as an architecture does.</summary>
public class AttributesTests
{
    [Fact]
    public void What_is_left_out_has_the_value_of_an_architecture()
    {
        var defaults = new Architecture();
        foreach (var property in typeof(VsmlModelAttribute).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
        {
            var other = typeof(Architecture).GetProperty(property.Name).ShouldNotBeNull(property.Name);
            // No number stands for the fan-in.
            if (property.Name == nameof(Architecture.InitialCellScale))
            {
                new VsmlModelAttribute().InitialCellScale.ShouldBe(double.NaN);
                defaults.InitialCellScale.ShouldBe([InitialCellScale.FanIn]);
                continue;
            }
            Convert.ToDouble(property.GetValue(new VsmlModelAttribute()), null)
                .ShouldBe(Convert.ToDouble(other.GetValue(defaults), null), property.Name);
        }

        var schedule = new TickScheduleAttribute();
        schedule.MicroTicks.ShouldBe(defaults.Schedule.MicroTicksOf(0));
        schedule.MicroTicksPerLayer.ShouldBeEmpty();
        schedule.TicksPerExample.ShouldBe(defaults.Schedule.TicksPerExample);
        schedule.BackwardSweep.ShouldBe(defaults.Schedule.BackwardSweep);
    }

    [Fact]
    public void Every_option_of_an_architecture_is_an_attribute_property() =>
        typeof(Architecture).GetProperties()
            .Where(property => property.SetMethod is not null)
            .Select(property => property.Name)
            .Except([nameof(Architecture.Layers), nameof(Architecture.Schedule)])
            .ShouldBe(typeof(VsmlModelAttribute).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Select(property => property.Name), ignoreOrder: true);

    [Fact]
    public void Names_that_the_generator_knows_are_those_of_the_runtime()
    {
        var names = typeof(VsmlModelGenerator).Assembly.GetType("Vsml.Generators.Declaration.KnownNames", throwOnError: true)!
            .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);

        names.ShouldNotBeEmpty();
        foreach (var name in names) typeof(Learner).Assembly.GetType((string)name.GetValue(null)!).ShouldNotBeNull(name.Name);
    }
}
