using System.Diagnostics;
using Vsml.Tests.Fixtures;

namespace Vsml.Tests.Faults.HostileFiles;

/// <summary>The short form of the fuzzing: the corpus, and damage to it that no coverage guides.</summary>
public sealed class HostileFileTests : IDisposable
{
    private const int Mutations = 400;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Readers => [.. FuzzedReaders.All.Keys];

    [Theory]
    [MemberData(nameof(Readers))]
    public void Every_file_is_read_or_refused(string name)
    {
        var reader = FuzzedReaders.All[name];
        var corpus = FuzzCorpus.Of(name);
        corpus.Count(file => reader.Try(_folder["file"], file.Value)).ShouldBeGreaterThan(0);
        var (mutator, files) = (new Mutator(seed: 1), corpus.Values.ToList());
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = mutator.Next(files);
            var clock = Stopwatch.StartNew();
            try
            {
                reader.Try(_folder["file"], bytes);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Mutation {i} of {name}, in base 64: {Convert.ToBase64String(bytes)}", exception);
            }
            clock.Elapsed.ShouldBeLessThan(FuzzedReader.Longest, $"Mutation {i} of {name}");
        }
    }
}
