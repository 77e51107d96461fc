using Vsml.Files;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

/// <summary>Everything a user can get wrong: exit code 2, one line that says what, and nothing written.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Case = "dense-tiny";
    private readonly TemporaryFolder _folder = new();
    private readonly string _architecture = TraceFiles.ArchitecturePath(Case);
    private readonly string _input = TraceFiles.InputPath(Case);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("tracy", "'tracy'")]
    [InlineData("--nonsense", "'--nonsense'")]
    [InlineData("trace", "--architecture", "is required")]
    [InlineData("trace --nonsense", "'--nonsense'", "vsml trace --help")]
    [InlineData("trace --architecture", "--architecture")]
    [InlineData("trace A I O --backend gpu", "'A'")]
    [InlineData("describe", "--assembly")]
    [InlineData("describe one.json two.json", "'two.json'")]
    [InlineData("describe missing.json", "'missing.json'")]
    [InlineData("describe --seed", "no option '--seed'", "vsml describe --help")]
    [InlineData("describe missing.json --Plan", "option '--Plan'")]
    [InlineData("describe -- --seed", "no file '--seed'")]
    [InlineData("test --theta a --data mnist --Seed 5", "no option '--Seed'")]
    [InlineData("data get --all", "no option '--all'")]
    [InlineData("describe -x", "no option '-x'")]
    [InlineData("describe --assembly missing.dll Net", "'missing.dll'")]
    [InlineData("describe --assembly missing.dll", "type")]
    [InlineData("describe --architecture a.json b.json", "'a.json'", "'b.json'")]
    [InlineData("emit missing.json --out nowhere", "'missing.json'")]
    [InlineData("data", "Required command")]
    [InlineData("data get", "Required argument")]
    [InlineData("data get nothing-of-the-kind", "nothing-of-the-kind", "mnist")]
    [InlineData("data list all", "'all'")]
    public void Wrong_command_lines(string line, params string[] mentions) =>
        ToolRun.InProcess(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBeRefused(mentions);

    [Theory]
    [InlineData("--backend gpu", "--backend", "'gpu'")]
    [InlineData("--backend ilgpu", "ilgpu")]
    [InlineData("--precision f16", "--precision", "'f16'")]
    [InlineData("--precision f64", "f64", "float32")]
    [InlineData("--simd sse", "--simd", "'sse'")]
    [InlineData("--backend reference --backend compiled", "--backend")]
    [InlineData("--output other", "--output")]
    [InlineData("extra", "'extra'")]
    public void Wrong_options_of_trace(string options, params string[] mentions) => Refused(Trace(options: options.Split(' ')), mentions);

    [Fact]
    public void Files_that_are_not_there()
    {
        Refused(Trace(architecture: _folder["none.json"]), "none.json");
        Refused(Trace(input: _folder["none.safetensors"]), "none.safetensors");
        Refused(Trace(architecture: ""), "''");
    }

    [Fact]
    public void Folders_instead_of_files()
    {
        Refused(Trace(architecture: _folder.Path), _folder.Path);
        Refused(Trace(input: _folder.Path), _folder.Path);
        Refused(Trace(output: _folder.Path), _folder.Path);
        Refused(ToolRun.InProcess("describe", _folder.Path), _folder.Path);
        Refused(ToolRun.InProcess("describe", "--assembly", _folder.Path, "Net"), _folder.Path);
    }

    [UnixFact("Windows has no such files.")]
    public void Pipes_and_devices_instead_of_files()
    {
        var pipe = SpecialFiles.MakePipe(_folder["pipe"]);
        Refused(Trace(input: pipe), pipe, "is a pipe");
        Refused(Trace(output: pipe), pipe, "is a pipe");
        Refused(Trace(architecture: "/dev/zero"), "/dev/zero", "is a device");
        Refused(Trace(input: "/dev/zero"), "/dev/zero", "is a device");
        Refused(Trace(output: "/dev/full"), "/dev/full", "is a device");
        Refused(ToolRun.InProcess("describe", "/dev/zero"), "/dev/zero", "is a device");
        Refused(ToolRun.InProcess("describe", "--assembly", pipe, "Net"), "not a .NET assembly");
        Refused(ToolRun.InProcess("train", "--config", "/dev/zero", "--out", _folder["run"]), "/dev/zero", "is a device");
        PathKinds.Of(pipe).ShouldBe(PathKind.Pipe);
    }

    [UnixFact("Windows has no such files.")]
    public async Task A_pipe_gives_a_network()
    {
        var pipe = SpecialFiles.MakePipe(_folder["pipe"]);
        // Opening waits for the reader.
        var writing = Task.Run(() => File.WriteAllText(pipe, File.ReadAllText(_architecture)));
        ToolRun.InProcess("describe", pipe).ShouldSucceed().Output.ShouldBe(ToolRun.InProcess("describe", _architecture).Output);
        await writing;
    }

    [UnixFact("Windows has no such files.")]
    public async Task A_pipe_that_nobody_writes_to_does_not_keep_from_stopping()
    {
        var pipe = SpecialFiles.MakePipe(_folder["pipe"]);
        foreach (var command in new[] { new[] { "describe", pipe }, ["emit", pipe], ["train", "--config", pipe, "--out", _folder["run"]], ["trace", "--architecture", pipe, "--input", _input, "--output", _folder["out"]] })
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            var run = await Task.Run(() => ToolRun.InProcess(stop.Token, command)).WaitAsync(TimeSpan.FromSeconds(30));
            run.Code.ShouldBe(ExitCodes.Interrupted);
            // Lets go of the reader that waits.
            await File.WriteAllTextAsync(pipe, "{}");
        }
    }

    [Fact]
    public void Files_of_another_kind()
    {
        Refused(Trace(architecture: _input), Case + ".safetensors");
        Refused(Trace(input: _architecture), Case + ".json");
        Refused(ToolRun.InProcess("describe", "--assembly", _architecture, "Net"), "not a .NET assembly");
        Refused(ToolRun.InProcess("describe", "--assembly", typeof(Architecture).Assembly.Location, "Architecture"), "Architecture", "not a declared model");
        Refused(ToolRun.InProcess("describe", "--assembly", typeof(Architecture).Assembly.Location, "Nothing"), "'Nothing'", "no declared models");
    }

    [Fact]
    public void An_output_in_a_folder_that_is_not_there() =>
        Refused(Trace(output: Path.Combine(_folder.Path, "none", "out")), "none");

    [Fact]
    public void An_output_that_cannot_be_written_is_refused_before_anything_is_read() =>
        Refused(Trace(input: _folder["missing"], output: Path.Combine(_folder.Path, "none", "out")), "there is no folder");

    [LinuxFact("Devices have other names elsewhere.")]
    public void A_device_as_output() => Refused(Trace(output: "/dev/full"), "'/dev/full'", "device");

    [Fact]
    public void A_result_never_replaces_what_the_command_reads()
    {
        foreach (var (name, path) in new[] { ("in.safetensors", _input), ("a.json", _architecture) })
        {
            File.Copy(path, _folder[name]);
            var before = File.ReadAllBytes(path);
            Refused(Trace(architecture: _folder["a.json"], input: _folder["in.safetensors"], output: Path.Combine(_folder.Path, ".", name)), name, "another name");
            ToolRun.InProcess("test", "--theta", _folder[name], "--data", "digits", "--json", _folder[name]).ShouldBeRefused(name, "another name");
            File.ReadAllBytes(_folder[name]).ShouldBe(before);
        }
    }

    [Fact]
    public void An_emit_folder_that_is_a_file()
    {
        File.WriteAllText(_folder["taken"], "mine");
        ToolRun.InProcess("emit", _architecture, "--out", _folder["taken"]).ShouldBeRefused("--out", "taken");
        ToolRun.InProcess("emit", _architecture, "--out", Path.Combine(_folder["taken"], "below")).ShouldBeRefused("--out", "taken");
        ToolRun.InProcess("emit", _architecture, "--out", "").ShouldBeRefused("--out");
        ToolRun.InProcess("emit", _architecture, "--name", "9.x").ShouldBeRefused("'9.x'");
        File.ReadAllText(_folder["taken"]).ShouldBe("mine");
    }

    public static TheoryData<string, string> WrongTensors => new()
    {
        { "inputs", "shape" }, { "labels", "shape" }, { "cell/0", "shape" }, { "theta/shared/lstm/w", "shape" }, { "theta/shared/bwd/b", "shape" },
        { "inputs", "rank" }, { "labels", "missing" }, { "theta/shared/fwd/w", "missing" }, { "cell/0", "missing" },
        { "inputs", "integers" }, { "theta/shared/lstm/b", "integers" },
        { "inputs", "nan" }, { "theta/shared/lstm/w", "nan" }, { "labels", "infinite" }, { "cell/0", "too large for f32" }, { "inputs", "empty" },
    };

    [Theory]
    [MemberData(nameof(WrongTensors))]
    public void Wrong_tensors(string name, string fault)
    {
        var tensors = SafetensorsFile.Read(_input).Tensors.Where(tensor => !tensor.Name.StartsWith("expect/", StringComparison.Ordinal));
        SafetensorsFile.Write(_folder["in"], tensors.SelectMany(tensor => tensor.Name == name ? Spoil(tensor, fault) : [tensor]));
        Refused(Trace(input: _folder["in"]), $"'{name}'", _folder["in"]);
    }

    [Theory]
    [InlineData("""{"layers": [{"type": "dense", "inputs": 9, "outputs": 4}, {"type": "dense", "inputs": 5, "outputs": 4}]}""", "layers[1].inputs")]
    [InlineData("""{"layers": []}""", "layers")]
    [InlineData("""{"layers": [{"type": "dense", "inputs": 9, "outputs": 4}], "stateSize": 0}""", "stateSize")]
    [InlineData("""{"layers": [{"type": "dense", "inputs": 9, "outputs": 4}], "stateSizes": 8}""", "stateSizes")]
    [InlineData("""{"layers": [{"type": "dense", "inputs": 9, "outputs": 4}], "outputIndex": 8}""", "outputIndex")]
    [InlineData("""{"layers": [{"type": "dense", "inputs": 1e9, "outputs": 4}]}""", "layers[0]")]
    [InlineData("{", "JSON")]
    [InlineData("", "JSON")]
    public void Wrong_architectures(string json, string field)
    {
        File.WriteAllText(_folder["a.json"], json);
        Refused(Trace(architecture: _folder["a.json"]), "a.json", field);
        Refused(ToolRun.InProcess("describe", _folder["a.json"]), "a.json", field);
        Refused(ToolRun.InProcess("emit", _folder["a.json"], "--out", _folder["emitted"]), "a.json", field);
    }

    private static IEnumerable<Tensor> Spoil(Tensor tensor, string fault)
    {
        float[] values = tensor.ToSingles();
        switch (fault)
        {
            case "shape": return [Tensor.Of(tensor.Name, [.. tensor.Shape.Take(tensor.Shape.Count - 1), tensor.Shape[^1] + 1], new float[tensor.Count / tensor.Shape[^1] * (tensor.Shape[^1] + 1)])];
            case "rank": return [Tensor.Of(tensor.Name, [1, .. tensor.Shape], values)];
            case "missing": return [];
            case "integers": return [Tensor.Of(tensor.Name, tensor.Shape, new long[tensor.Count])];
            case "empty": return [Tensor.Of(tensor.Name, [0, .. tensor.Shape.Skip(1)], Array.Empty<float>())];
            case "nan": values[^1] = float.NaN; break;
            case "infinite": values[0] = float.PositiveInfinity; break;
            default: return [Tensor.Of(tensor.Name, tensor.Shape, Array.ConvertAll(values, value => value + 1e300))];
        }
        return [Tensor.Of(tensor.Name, tensor.Shape, values)];
    }

    private ToolRun Trace(string? architecture = null, string? input = null, string? output = null, params string[] options) =>
        ToolRun.InProcess(["trace", "--architecture", architecture ?? _architecture, "--input", input ?? _input, "--output", output ?? _folder["out"], .. options]);

    private void Refused(ToolRun run, params string[] mentions)
    {
        run.ShouldBeRefused(mentions);
        File.Exists(_folder["out"]).ShouldBeFalse();
        Directory.EnumerateFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.Exists(_folder["emitted"]).ShouldBeFalse();
    }
}
