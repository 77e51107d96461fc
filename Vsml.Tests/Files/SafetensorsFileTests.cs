using System.Buffers.Binary;
using System.Text;
using Vsml.Files;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Files;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        var path = _folder["a.safetensors"];
        SafetensorsFile.Write(path,
        [
            Tensor.Of("bytes", [3], new byte[] { 1, 2, 255 }),
            Tensor.Of("a/\"quoted\" ä", [2, 2], new[] { 1.5f, -2, float.MaxValue, 0 }),
            Tensor.Of("counts", [], new[] { long.MinValue }),
            Tensor.Of("empty", [0, 4], Array.Empty<double>()),
            Tensor.Of("doubles", [1, 2], new[] { Math.PI, 1e300 }),
        ], new Dictionary<string, string> { ["b"] = "2", ["a"] = "{\"x\": 1}" });
        var file = SafetensorsFile.Read(path);
        file.Tensors.Select(tensor => tensor.Name).ShouldBe(["counts", "empty", "doubles", "a/\"quoted\" ä", "bytes"]);
        file.Get("bytes").ToBytes().ShouldBe([1, 2, 255]);
        file.Get("counts").ToInt64s().ShouldBe([long.MinValue]);
        file.Get("counts").Shape.ShouldBeEmpty();
        file.GetDoubles("empty", 0, 4).ShouldBeEmpty();
        file.GetDoubles("a/\"quoted\" ä", 2, 2).ShouldBe([1.5, -2, float.MaxValue, 0]);
        file.GetDoubles("doubles", -1, 2).ShouldBe([Math.PI, 1e300]);
        file.Metadata.ShouldBe(new Dictionary<string, string> { ["a"] = "{\"x\": 1}", ["b"] = "2" }, ignoreOrder: true);
    }

    [Fact]
    public void BytesDependOnTheContentAloneAndDataIsAligned()
    {
        var tensor = Tensor.Of("x", [3], new double[] { 1, 2, 3 });
        SafetensorsFile.Write(_folder["a"], [tensor], new Dictionary<string, string> { ["p"] = "1", ["q"] = "2" });
        SafetensorsFile.Write(_folder["b"], [tensor], new Dictionary<string, string> { ["q"] = "2", ["p"] = "1" });
        var bytes = File.ReadAllBytes(_folder["a"]);
        File.ReadAllBytes(_folder["b"]).ShouldBe(bytes);
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes) % 8).ShouldBe(0ul);
    }

    [Fact]
    public void LargeTensorsAreReadInPieces()
    {
        var values = new float[(1 << 20) + 7];
        for (var i = 0; i < values.Length; i++) values[i] = i;
        SafetensorsFile.Write(_folder["a"], [Tensor.Of("x", [values.Length], values)]);
        SafetensorsFile.Read(_folder["a"]).GetSingles("x", values.Length).ShouldBe(values);
    }

    [Fact]
    public void TwoTensorsOfOneNameAreNotWritten() =>
        Should.Throw<ArgumentException>(() => SafetensorsFile.Write(_folder["a"], [Tensor.Of("x", [1], new float[1]), Tensor.Of("x", [1], new float[1])]));

    [Fact]
    public void ShapeAndValuesMustAgree()
    {
        Should.Throw<ArgumentException>(() => Tensor.Of("x", [2, 2], new float[3]));
        Should.Throw<ArgumentException>(() => Tensor.Of("x", [-1, -3], new float[3]));
        Should.Throw<ArgumentException>(() => Tensor.Of("x", [int.MaxValue, int.MaxValue, int.MaxValue, 0], Array.Empty<float>()));
    }

    [Theory]
    [InlineData("y", "no tensor 'y'")]
    [InlineData("i", "'i' of 'FILE' is I64")]
    [InlineData("x", "has shape [3]; [2, any] is needed")]
    [InlineData("nan", "not finite at entry 1")]
    [InlineData("big", "not finite at entry 0")]
    public void WantedTensorsAreChecked(string name, string message)
    {
        SafetensorsFile.Write(_folder["a"],
        [
            Tensor.Of("i", [2, 2], new long[4]), Tensor.Of("x", [3], new float[3]),
            Tensor.Of("nan", [2, 1], new[] { 0, double.NaN }), Tensor.Of("big", [2, 1], new[] { 1e39, 0 }),
        ]);
        var file = SafetensorsFile.Read(_folder["a"]);
        var error = Should.Throw<VsmlException>(() => file.GetSingles(name, 2, -1)).Message;
        error.ShouldContain(message.Replace("FILE", _folder["a"]));
        error.ShouldContain(_folder["a"]);
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "'y' begins at byte 4, inside")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "'y' begins at byte 8, but the data before it ends at 4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'x' begins at byte 4, but")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "4 bytes follow its last tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 8, "'x' ends at byte 16")]
    [InlineData("""{"x":{"dtype":"BF17","shape":[4],"data_offsets":[0,8]}}""", 8, "'x' has the dtype 'BF17'")]
    [InlineData("""{"x":{"dtype":"0","shape":[2],"data_offsets":[0,8]}}""", 8, "'x' has the dtype '0'")]
    [InlineData("""{"x":{"dtype":"BF16","shape":[3],"data_offsets":[0,8]}}""", 8, "'x' takes 6 bytes by its shape, but 8")]
    [InlineData("""{"x":{"dtype":"F4","shape":[15],"data_offsets":[0,8]}}""", 8, "'x' takes 60 bits by its shape, not whole bytes")]
    [InlineData("""{"x":{"dtype":"C64","shape":[9223372036854775807],"data_offsets":[0,8]}}""", 8, "'x' takes 73786976294838206456 bytes by its shape")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2147483647,2147483647,2147483647,0],"data_offsets":[0,0]}}""", 0, "'x' has a shape whose extents have a product beyond 64 bits")]
    [InlineData("""{"x":{"dtype":"I32","shape":[0,9223372036854775807,2],"data_offsets":[0,0]}}""", 0, "'x' has a shape whose extents have a product beyond 64 bits")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "'x' stands twice")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", 8, "field 'shape' twice")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"run":"code"}}""", 8, "unknown field 'run'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "'x' takes 12 bytes by its shape, but 8")]
    [InlineData("""{"x":{"dtype":"F64","shape":[1099511627776],"data_offsets":[0,8796093022208]}}""", 8, "'x' has a shape of more than")]
    [InlineData("""{"x":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "'x' has a shape whose extents have a product beyond 64 bits")]
    [InlineData("""{"x":{"dtype":"F64","shape":[0,4294967296],"data_offsets":[0,0]}}""", 0, "'x' has a shape of more than")]
    [InlineData("""{"x":{"dtype":"F64","shape":[2000000000],"data_offsets":[0,16000000000]}}""", 8, "'x' ends at byte 16000000000")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}""", 8, "'-2' in 'shape'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "'2.5' in 'shape'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "'x' has data_offsets that are not")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", 8, "'x' has data_offsets that are not")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", 8, "in 'data_offsets'")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,8]}}""", 8, "'x' has no list 'shape'")]
    [InlineData("""{"x":{"shape":[2],"data_offsets":[0,8]}}""", 8, "'x' has no dtype")]
    [InlineData("""{"x":7}""", 0, "'x' is not described by a JSON object")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "'__metadata__.a' is not a string")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "'__metadata__.a' stands twice")]
    [InlineData("""{"\ud800":{}}""", 0, "not valid JSON")]
    [InlineData("""{"x":""", 0, "not valid JSON")]
    [InlineData("[]", 0, "not a JSON object")]
    public void ABrokenHeaderIsRefusedWithTheTensorsName(string header, int dataBytes, string message)
    {
        var path = Raw((ulong)header.Length, Encoding.UTF8.GetBytes(header), dataBytes);
        var error = Should.Throw<VsmlException>(() => SafetensorsFile.Read(path)).Message;
        error.ShouldContain(message);
        error.ShouldContain(path);
        error.ShouldNotContain("\n");
    }

    [Fact]
    public void TensorsOfDtypesThatAreNotReadMayStandBesideOthers()
    {
        (string Dtype, int Bits)[] others =
        [
            ("F4", 4), ("F6_E2M3", 6), ("F6_E3M2", 6), ("BOOL", 8), ("I8", 8), ("F8_E4M3", 8), ("F8_E5M2", 8), ("F8_E8M0", 8), ("F8_E4M3FNUZ", 8), ("F8_E5M2FNUZ", 8),
            ("U16", 16), ("I16", 16), ("F16", 16), ("BF16", 16), ("U32", 32), ("I32", 32), ("U64", 64), ("C64", 64),
        ];
        var (entries, end) = (new List<string>(), 0);
        foreach (var (dtype, bits) in others)
            entries.Add($$"""
                "{{dtype}}":{"dtype":"{{dtype}}","shape":[2,4],"data_offsets":[{{end}},{{end += bits}}]}
                """);
        entries.Add($$"""
            "x":{"dtype":"F32","shape":[1],"data_offsets":[{{end}},{{end + 4}}]}
            """);
        var header = Encoding.UTF8.GetBytes($"{{{string.Join(',', entries)}}}");
        var file = SafetensorsFile.Read(Raw((ulong)header.Length, header, end + 4));
        file.GetSingles("x", 1).ShouldBe([0]);
        file.Tensors.ShouldHaveSingleItem();
        foreach (var (dtype, _) in others)
        {
            file.Contains(dtype).ShouldBeTrue();
            Should.Throw<VsmlException>(() => file.GetSingles(dtype, 2, 4)).Message.ShouldBe($"Tensor '{dtype}' of '{file.Path}' is {dtype}; only F32, F64, I64, U8 are read.");
        }
    }

    [Fact]
    public void AnEmptyTensorMayHaveLargeExtents()
    {
        var header = """{"x":{"dtype":"F32","shape":[1000000,0,1000000],"data_offsets":[0,0]}}"""u8.ToArray();
        SafetensorsFile.Read(Raw((ulong)header.Length, header, 0)).GetSingles("x", -1, 0, -1).ShouldBeEmpty();
    }

    [Fact]
    public void AHeaderThatPromisesTerabytesIsRefused() =>
        Should.Throw<VsmlException>(() => SafetensorsFile.Read(Raw(1ul << 41, "{}"u8.ToArray(), 0))).Message.ShouldContain("claims 2199023255552 bytes");

    [Fact]
    public void ASparseFileOfTerabytesIsRefused()
    {
        const long count = 1_500_000_000;
        var header = "{" + string.Join(",", Enumerable.Range(0, 200).Select(i =>
            FormattableString.Invariant($"\"x{i}\":{{\"dtype\":\"F64\",\"shape\":[{count}],\"data_offsets\":[{i * count * 8},{(i + 1) * count * 8}]}}"))) + "}";
        var path = Raw((ulong)header.Length, Encoding.UTF8.GetBytes(header), 0);
        using (var stream = File.OpenWrite(path)) stream.SetLength(8 + header.Length + 200 * count * 8);
        Should.Throw<VsmlException>(() => SafetensorsFile.Read(path)).Message.ShouldContain("bytes of memory");
    }

    [Fact]
    public void AMissingFileAndAFolderAreRefused()
    {
        Should.Throw<VsmlException>(() => SafetensorsFile.Read(_folder["none"])).Message.ShouldBe($"There is no file '{_folder["none"]}'.");
        Should.Throw<VsmlException>(() => SafetensorsFile.Read(_folder.Path)).Message.ShouldBe($"'{_folder.Path}' is a folder; give the name of a regular file.");
        Should.Throw<VsmlException>(() => SafetensorsFile.Read(""));
        Should.Throw<VsmlException>(() => SafetensorsFile.Read("a\0b"));
    }

    private string Raw(ulong length, byte[] header, int dataBytes)
    {
        var bytes = new byte[8 + header.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        header.CopyTo(bytes, 8);
        File.WriteAllBytes(_folder["raw"], bytes);
        return _folder["raw"];
    }
}
