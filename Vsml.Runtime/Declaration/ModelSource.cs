using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Vsml;

/// <summary>Where the compiled network of a layout comes from, for those who run one theta in several layouts.</summary>
public static class ModelSource
{
    /// <summary>The networks that an assembly declares, found by their layout; one with free sizes serves all that it covers. (Project Vsml.Compilation compiles any other while a program runs.)</summary>
    /// <param name="assembly">An assembly with classes marked <see cref="VsmlModelAttribute"/>.</param>
    /// <returns>Gives the network of an architecture, or throws a <see cref="VsmlException"/> that says what to declare.</returns>
    [RequiresUnreferencedCode("Networks are found by reflection, of which trimming may remove some. Use the Model property of their classes.")]
    public static Func<Architecture, VsmlModel> DeclaredIn(Assembly assembly)
    {
        var models = assembly.GetTypes()
            .Where(type => type.IsDefined(typeof(VsmlModelAttribute), inherit: false))
            .Select(type => type.GetProperty("Model", BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)!.GetValue(null)!)
            .ToList();
        return architecture => models.OfType<VsmlModel>().FirstOrDefault(model => model.Architecture == architecture)
            ?? models.OfType<FreeSizeModel>().FirstOrDefault(model => model.Covers(architecture))?.For(architecture)
            ?? throw new VsmlException($"{assembly.GetName().Name} declares no network with the layers {string.Join(", ", architecture.Layers.Select(layer => layer.ToString()))} and the other options of the run's model; declare one, or compile it with RuntimeCompiler.Compile.");
    }
}
