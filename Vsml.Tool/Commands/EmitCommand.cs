using System.CommandLine;
using Vsml.Files;
using Vsml.Generators.Emission;
using Vsml.Generators.Planning.Ilgpu;
using Vsml.Tool.Declared;

namespace Vsml.Tool.Commands;

/// <summary><c>vsml emit</c>: the code that the source generator emits for a network.</summary>
internal static class EmitCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="context">Where to print.</param>
    public static Command Create(ToolContext context)
    {
        var source = new ArchitectureSource(context);
        var folder = new Option<string?>("--out") { HelpName = "DIR", Description = "Folder for the files, made if need be. Left out, or -: print them." };
        var name = new Option<string>("--name")
        {
            HelpName = "NAMESPACE.CLASS",
            DefaultValueFactory = _ => DeclarationNames.Standard,
            Description = "The class to emit for a JSON file; a declared model has its own.",
        };
        var ilgpu = new Option<bool>("--ilgpu") { Description = "Also the kernels for ILGPU, as for a project that references Vsml.Gen.Ilgpu." };
        var precision = new PrecisionOption();
        var command = new ToolCommand(
            "emit",
            "Write the code that the source generator emits for a network, to read or to compare.",
            "vsml emit net.json --out emitted --name Demo.MnistLearner",
            "vsml emit --assembly MyModels.dll MnistLearner --out emitted")
        {
            folder, name, ilgpu,
        };
        precision.AddTo(command);
        source.AddTo(command);
        command.SetAction(parsed =>
        {
            var model = source.ReadDeclaration(parsed, parsed.GetValue(name)!) with { HasIlgpuKernels = parsed.GetValue(ilgpu) };
            model = model with { Precision = precision.Read(parsed, model.Precision) };
            if (model.HasIlgpuKernels && IlgpuPlan.Problem(model.Architecture, model.Precision) is { } problem) throw new VsmlException($"--ilgpu: {problem}");
            if (model.HasIlgpuKernels && model.Architecture.HasFreeSizes) throw new VsmlException("--ilgpu: the network leaves sizes free, but kernels for ILGPU need numbers; write them into its layers, or leave the option out.");
            if (model.HasIlgpuKernels && !ModelEmitter.FitsIlgpu(model.Architecture)) throw new VsmlException("--ilgpu: the network is larger than indices of such kernels reach; leave the option out.");
            IReadOnlyList<EmittedFile> files = context.Abandonable<IReadOnlyList<EmittedFile>>(() => [.. ModelEmitter.EmitSurfaces(model), .. ModelEmitter.EmitKernels(model)]);
            if (parsed.GetValue(folder) is { } path and not "-") Write(path, files);
            else
                foreach (var file in files)
                {
                    context.Output.Write($"// ---- {file.Name}\n");
                    context.Output.Write(file.Text);
                }
            return ExitCodes.Success;
        });
        return command;
    }

    // All files or none: what was there before stays if one cannot be written.
    private static void Write(string folder, IReadOnlyList<EmittedFile> files)
    {
        if (folder.Length == 0) throw new VsmlException("--out: give the name of a folder.");
        if (File.Exists(folder)) throw new VsmlException($"--out: '{folder}' is a file; give a folder.");
        var made = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Name);
                if (!File.Exists(path)) made.Add(path);
                AtomicFile.WriteAllText(path, file.Text);
            }
        }
        catch (Exception exception) when (exception is VsmlException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            foreach (var path in made) File.Delete(path);
            if (exception is VsmlException) throw;
            throw new VsmlException($"--out: cannot make folder '{folder}': {exception.Message}", exception);
        }
    }
}
