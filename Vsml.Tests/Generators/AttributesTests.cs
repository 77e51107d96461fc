using System.Reflection;
using Vsml.Generators;

namespace Vsml.Tests.Generators;

/// <summary>The attributes say the same as an architecture does.</summary>
public class AttributesTests
{
    // How devices compute a network is declared beside it, but is no part of it.
    private static readonly PropertyInfo[] OfDevices = typeof(DevicePrecision).GetProperties().Where(property => property.SetMethod is not null).ToArray();

    private static readonly PropertyInfo[] OfNetwork = typeof(VsmlModelAttribute).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
        .ExceptBy(OfDevices.Select(property => property.Name), property => property.Name).ToArray();

    [Fact]
    public void What_is_left_out_has_the_value_of_an_architecture()
    {
        var defaults = new Architecture();
        foreach (var property in OfNetwork)
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
            .ShouldBe(OfNetwork.Select(property => property.Name), ignoreOrder: true);

    [Fact]
    public void Precision_of_devices_is_declared_by_the_attribute_too()
    {
        OfDevices.ShouldNotBeEmpty();
        foreach (var property in OfDevices) typeof(VsmlModelAttribute).GetProperty(property.Name).ShouldNotBeNull(property.Name).GetValue(new VsmlModelAttribute()).ShouldBe(property.GetValue(default(DevicePrecision)));
    }

    [Fact]
    public void Names_that_the_generator_knows_are_those_of_the_runtime()
    {
        var names = typeof(VsmlModelGenerator).Assembly.GetType("Vsml.Generators.Declaration.KnownNames", throwOnError: true)!
            .GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);

        names.ShouldNotBeEmpty();
        foreach (var name in names) typeof(Learner).Assembly.GetType((string)name.GetValue(null)!).ShouldNotBeNull(name.Name);
    }
}
