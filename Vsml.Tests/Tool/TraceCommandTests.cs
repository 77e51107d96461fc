using Vsml.Contracts;
using Vsml.Files;
using Vsml.Tests.Fixtures;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

public sealed class TraceCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(GoldenFiles.AllCases), MemberType = typeof(GoldenFiles))]
    public void Compiled_traces_hold_with_gradients(string name)
    {
        ToolRun.InProcess(TraceFiles.Arguments(name, _folder["out"], "--gradient")).ShouldSucceed().Output.ShouldBeEmpty();
        TraceFiles.ShouldHold(name, _folder["out"], TensorType.F32, gradient: true);
    }

    [Theory]
    [MemberData(nameof(GoldenFiles.AllCases), MemberType = typeof(GoldenFiles))]
    public void Reference_traces_hold_with_gradients(string name)
    {
        ToolRun.InProcess(TraceFiles.Arguments(name, _folder["out"], "--backend", "reference", "--precision", "f64", "--gradient")).ShouldSucceed();
        TraceFiles.ShouldHold(name, _folder["out"], TensorType.F64, gradient: true);
    }

    [Fact]
    public void Reference_traces_in_single_precision_hold()
    {
        ToolRun.InProcess(TraceFiles.Arguments("dense-tiny", _folder["out"], "--backend", "reference", "--gradient")).ShouldSucceed();
        TraceFiles.ShouldHold("dense-tiny", _folder["out"], TensorType.F32, gradient: true);
    }

    [Fact]
    public void Single_inputs_and_further_tensors_are_taken()
    {
        var file = SafetensorsFile.Read(TraceFiles.InputPath("dense-tiny"));
        var tensors = file.Tensors.Where(tensor => !tensor.Name.StartsWith("expect/", StringComparison.Ordinal)).Select(tensor => Tensor.Of(tensor.Name, tensor.Shape, tensor.ToSingles()));
        SafetensorsFile.Write(_folder["in"], [.. tensors, Tensor.Of("note", [2], new byte[] { 1, 2 })]);
        ToolRun.InProcess("trace", "--architecture", TraceFiles.ArchitecturePath("dense-tiny"), "--input", _folder["in"], "--output", _folder["out"]).ShouldSucceed();
        TraceFiles.ShouldHold("dense-tiny", _folder["out"], TensorType.F32, gradient: false);
    }

    [UnixFact("The shell that pipes is Unix's.")]
    public void A_trace_can_be_printed()
    {
        ToolRun.InProcess(TraceFiles.Arguments("dense-tiny", _folder["out"])).ShouldSucceed();
        var command = string.Join(' ', TraceFiles.Arguments("dense-tiny", "-").Select(word => $"'{word}'"));
        ToolRun.OfProcess("sh", ["-c", $"dotnet '{ToolRun.Assembly}' {command} > '{_folder["piped"]}'"]).ShouldSucceed().Error.ShouldBeEmpty();
        File.ReadAllBytes(_folder["piped"]).ShouldBe(File.ReadAllBytes(_folder["out"]));
    }

    [Fact]
    public void The_same_bytes_come_every_time()
    {
        ToolRun.InProcess(TraceFiles.Arguments("dense-n7-odd", _folder["first"])).ShouldSucceed();
        ToolRun.InProcess(TraceFiles.Arguments("dense-n7-odd", _folder["second"])).ShouldSucceed();
        File.ReadAllBytes(_folder["second"]).ShouldBe(File.ReadAllBytes(_folder["first"]));
    }

    [Fact]
    public void A_level_at_or_below_the_machines_own_can_be_forced()
    {
        foreach (var level in Enum.GetValues<SimdLevel>())
        {
            var run = ToolRun.InProcess(TraceFiles.Arguments("dense-n8-m3", _folder[level.Name()], "--simd", level.Name()));
            if (level > SimdLevels.Widest) run.ShouldBeRefused("--simd", level.Name(), SimdLevels.Widest.Name());
            else
            {
                run.ShouldSucceed();
                TraceFiles.ShouldHold("dense-n8-m3", _folder[level.Name()], TensorType.F32, gradient: false);
            }
        }
    }

    // What a machine without the wider levels computes: the same kernels, encoded for it.
    [Theory]
    [InlineData("avx2", "DOTNET_EnableAVX512")]
    [InlineData("portable", "DOTNET_EnableAVX2")]
    public void A_machine_without_wider_levels_uses_its_own(string level, string variable)
    {
        (string, string)[] environment = level == "avx2" ? [(variable, "0")] : [("DOTNET_EnableAVX512", "0"), (variable, "0")];
        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, .. TraceFiles.Arguments("deep-4-label", _folder["out"])], environment).ShouldSucceed();
        TraceFiles.ShouldHold("deep-4-label", _folder["out"], TensorType.F32, gradient: false);

        ToolRun.InProcess(TraceFiles.Arguments("deep-4-label", _folder["forced"], "--simd", level)).ShouldSucceed();
        File.ReadAllBytes(_folder["out"]).ShouldBe(File.ReadAllBytes(_folder["forced"]));

        ToolRun.OfProcess("dotnet", [ToolRun.Assembly, .. TraceFiles.Arguments("deep-4-label", _folder["above"], "--simd", "avx512")], environment)
            .ShouldBeRefused("avx512", level);
        File.Exists(_folder["above"]).ShouldBeFalse();
    }

    [Fact]
    public void Traces_of_kernels_for_ILGPU_hold()
    {
        ToolRun.InProcess(TraceFiles.Arguments("deep-4-label", _folder["out"], "--backend", "ilgpu", "--device", "cpu", "--gradient")).ShouldSucceed().Output.ShouldBeEmpty();
        TraceFiles.ShouldHold("deep-4-label", _folder["out"], TensorType.F32, gradient: true);
    }

    [Theory]
    [InlineData("'gpu'", "--backend", "ilgpu", "--device", "gpu")]
    [InlineData("no device 99", "--backend", "ilgpu", "--device", "99")]
    [InlineData("add --backend ilgpu", "--device", "cpu")]
    [InlineData("--simd", "--backend", "ilgpu", "--device", "cpu", "--simd", "avx2")]
    [InlineData("--precision f64", "--backend", "ilgpu", "--device", "cpu", "--precision", "f64")]
    public void Devices_that_are_not_there_and_options_that_do_not_go_together_are_refused(string mention, params string[] options)
    {
        ToolRun.InProcess(TraceFiles.Arguments("dense-tiny", _folder["out"], options)).ShouldBeRefused(mention);
        File.Exists(_folder["out"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData("dense-tiny", "compiled")]
    [InlineData("dense-n7-odd", "reference")]
    [InlineData("deep-4-label", "compiled")]
    [InlineData("dense-tiny", "ilgpu")]
    public void Sizes_that_the_network_leaves_free_are_those_of_the_tensors(string name, string backend)
    {
        ArchitectureJson.Write(_folder["free.json"], FreeSizes.Release(ArchitectureJson.Read(TraceFiles.ArchitecturePath(name))));
        string[] options = ["--gradient", "--backend", backend, .. backend == "ilgpu" ? (string[])["--device", "cpu"] : []];
        ToolRun.InProcess(["trace", "--architecture", _folder["free.json"], "--input", TraceFiles.InputPath(name), "--output", _folder["free"], .. options]).ShouldSucceed();
        ToolRun.InProcess(TraceFiles.Arguments(name, _folder["given"], options)).ShouldSucceed();
        File.ReadAllBytes(_folder["free"]).ShouldBe(File.ReadAllBytes(_folder["given"]));
    }

    [Fact]
    public void Tensors_that_tell_no_size_are_refused()
    {
        ArchitectureJson.Write(_folder["free.json"], FreeSizes.Release(ArchitectureJson.Read(TraceFiles.ArchitecturePath("dense-tiny"))));
        var tensors = SafetensorsFile.Read(TraceFiles.InputPath("dense-tiny")).Tensors;
        Trace([.. tensors.Where(tensor => tensor.Name != "labels")]).ShouldBeRefused("labels", _folder["in"]);
        Trace([.. tensors.Select(tensor => tensor.Name == "inputs" ? Tensor.Of("inputs", [tensor.Shape[0], tensor.Shape[1] * tensor.Shape[2]], tensor.ToSingles()) : tensor)]).ShouldBeRefused("'inputs'", "3 axes");

        ToolRun Trace(Tensor[] given)
        {
            SafetensorsFile.Write(_folder["in"], given);
            return ToolRun.InProcess("trace", "--architecture", _folder["free.json"], "--input", _folder["in"], "--output", _folder["out"]);
        }
    }

    [Fact]
    public void A_stop_leaves_no_output()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        ToolRun.InProcess(stop.Token, TraceFiles.Arguments("dense-tiny", _folder["out"])).Code.ShouldBe(ExitCodes.Interrupted);
        Directory.EnumerateFileSystemEntries(_folder.Path).ShouldBeEmpty();
    }
}
