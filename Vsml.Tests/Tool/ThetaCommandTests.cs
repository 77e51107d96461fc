using System.IO.Compression;
using System.Text;
using Vsml.Files;
using Vsml.Tests.Fixtures;
using Vsml.Tool.Interchange;

namespace Vsml.Tests.Tool;

/// <summary><c>vsml theta</c>, and arrays as NumPy writes them.</summary>
public sealed class ThetaCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("research")]
    [InlineData("vsml")]
    public void What_is_exported_comes_back(string names)
    {
        var shipped = MetaParameters.Shipped("online");
        ToolRun.InProcess("theta", "export", "shipped:online", "--out", _folder["params.npz"], "--names", names).ShouldSucceed();
        Import(shipped.Architecture).ShouldSucceed().Output.ShouldContain(shipped.Digest[..12]);
        MetaParameters.Load(_folder["theta.safetensors"]).Digest.ShouldBe(shipped.Digest);
    }

    [Fact]
    public void Sub_RNNs_are_numbered_as_the_published_code_makes_them()
    {
        var layout = ParameterLayout.Of(SmallDeep());
        var names = ResearchNames.Of(layout);
        names["theta/layer0/lstm/w"].ShouldBe("vsmlrnn/~/sub_rnn/~/custom_lstm/linear/w");
        names["theta/layer1/fwd/b"].ShouldBe("vsmlrnn/~/sub_rnn_1/~/linear/b");
        names["theta/backward0/bwd/w"].ShouldBe("vsmlrnn/~/sub_rnn_2/~/linear_1/w");
        names["theta/backward1/bwd_norm/offset"].ShouldBe("vsmlrnn/~/sub_rnn_3/~/layer_norm_1/offset");
    }

    [Fact]
    public void Names_of_older_Haiku_and_of_safetensors_files_are_understood()
    {
        var theta = MetaParameters.Initial(SmallDeep(), 3);
        var names = ResearchNames.Of(theta.Layout);
        SafetensorsFile.Write(_folder["params.npz"], theta.ToTensors().Select(tensor => Tensor.Of(names[tensor.Name].Replace("/~", "", StringComparison.Ordinal), tensor.Shape, tensor.ToDoubles())));
        Import(theta.Architecture).ShouldSucceed();
        MetaParameters.Load(_folder["theta.safetensors"]).Digest.ShouldBe(theta.Digest);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_nothing_is_written()
    {
        var theta = MetaParameters.Initial(SmallDeep(), 3);
        theta.Save(_folder["deep.safetensors"]);
        ToolRun.InProcess("theta", "export", _folder["deep.safetensors"], "--out", _folder["params.npz"]).ShouldSucceed();
        Import(theta.Architecture with { StateSize = 5 }).ShouldBeRefused("params.npz", "shape");
        Import(theta.Architecture with { MessageLayerNorm = false }).ShouldBeRefused("no place for", "layer_norm");
        Import(theta.Architecture with { LearnedInitialCell = true }).ShouldBeRefused("initial_cell", "--names vsml");
        var layers = theta.Architecture.Layers.Append(new DenseLayerSpec(2, 2)).ToArray();
        Import(theta.Architecture with { Layers = new(layers) }).ShouldBeRefused("there is no array", "sub_rnn_4");
        File.Exists(_folder["theta.safetensors"]).ShouldBeFalse();
        ToolRun.InProcess("theta", "export", "shipped:online", "--out", _folder["x.npz"], "--names", "jax").ShouldBeRefused("--names", "jax");
        ToolRun.InProcess("theta", "import", _folder["none.npz"], "--architecture", _folder["net.json"], "--out", _folder["t.safetensors"]).ShouldBeRefused("none.npz");
    }

    [Theory]
    [InlineData("{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }", 4, "float32 or float64")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "float32 or float64")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4, "does not hold the 2 numbers")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 8, "does not hold the 1 numbers")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999, 99999, 99999), }", 4, "too large")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1, 1), }", 4, "Fortran")]
    [InlineData("os.system('x')", 4, "not understood")]
    public void Damaged_arrays_are_refused(string header, int bytes, string mention)
    {
        using (var archive = ZipFile.Open(_folder["bad.npz"], ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("a.npy").Open())
        {
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length + 1), 0]);
            entry.Write(Encoding.ASCII.GetBytes(header + "\n"));
            entry.Write(new byte[bytes]);
        }
        Should.Throw<VsmlException>(() => NpzFile.Read(_folder["bad.npz"])).Message.ShouldContain(mention);
    }

    [PythonFact("numpy")]
    public void NumPy_reads_what_is_exported_and_a_checkpoint_of_the_published_code_is_imported()
    {
        var theta = MetaParameters.Initial(SmallDeep(), 5);
        theta.Save(_folder["theta0.safetensors"]);
        ToolRun.InProcess("theta", "export", _folder["theta0.safetensors"], "--out", _folder["exported.npz"]).ShouldSucceed();
        // Pickled as Haiku and JAX pickle, by modules of their names; then one array in Fortran order, which numpy.save keeps.
        var program =
            """
            import pickle, sys, types
            import numpy as np
            def module(name):
                made = sys.modules[name] = types.ModuleType(name)
                return made
            haiku, jax = module("haiku"), module("jax")
            class FlatMapping:
                def __init__(self, mapping): self.mapping = mapping
                def __reduce__(self): return FlatMapping, (self.mapping,)
            def _reconstruct_array(fun, args, state, aval_state): return None
            class Array:
                def __init__(self, values): self.values = values
                def __reduce__(self):
                    fun, args, state = self.values.__reduce__()
                    return _reconstruct_array, (fun, args, state, {"weak_type": False})
            for made, owner in ((FlatMapping, haiku), (_reconstruct_array, jax), (Array, jax)):
                made.__module__, made.__qualname__ = owner.__name__, made.__name__
                setattr(owner, made.__name__, made)
            params = {}
            with np.load("exported.npz") as arrays:
                for path in arrays.files:
                    owner, name = path.rsplit("/", 1)
                    assert arrays[path].dtype == np.float32
                    params.setdefault(owner, {})[name] = Array(np.asfortranarray(arrays[path]))
            with open("model.chkp", "wb") as file:
                pickle.dump({"params": FlatMapping({owner: FlatMapping(arrays) for owner, arrays in params.items()}), "opt_state": (Array(np.zeros(3)),)}, file)
            """;
        Python("-c", program);
        var script = RepositoryPaths.InRepository("docs", "python", "params_npz.py");
        Python(script, "model.chkp", "params.npz");
        Import(theta.Architecture).ShouldSucceed();
        MetaParameters.Load(_folder["theta.safetensors"]).Digest.ShouldBe(theta.Digest);
        // And back.
        Python(script, "exported.npz", "back.chkp");
        Python(script, "back.chkp", "params.npz");
        File.Delete(_folder["theta.safetensors"]);
        Import(theta.Architecture).ShouldSucceed();
        MetaParameters.Load(_folder["theta.safetensors"]).Digest.ShouldBe(theta.Digest);
    }

    private void Python(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(PythonFactAttribute.Find("numpy")!, arguments) { WorkingDirectory = _folder.Path, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, error);
    }

    private ToolRun Import(Architecture architecture)
    {
        File.WriteAllText(_folder["net.json"], ArchitectureJson.Format(architecture));
        return ToolRun.InProcess("theta", "import", _folder["params.npz"], "--architecture", _folder["net.json"], "--out", _folder["theta.safetensors"]);
    }

    private static Architecture SmallDeep() => new()
    {
        StateSize = 4,
        MessageSize = 3,
        LayerwiseParameters = true,
        MessageLayerNorm = true,
        Schedule = new TickSchedule { BackwardSweep = BackwardSweep.Separate },
        Layers = new(new LayerSpec[] { new DenseLayerSpec(3, 2), new DenseLayerSpec(2, 2) }),
    };
}
