using System.Runtime.InteropServices;

namespace Vsml.Data;

/// <summary>
/// Divides data that come in one piece, such as a CSV file, into a part for training and one for testing, by a rule without random
/// numbers: of the examples of each class, in their order, the second of every five is for testing. An example with the same numbers
/// as an earlier one is not counted and goes where that one went, so the two parts have no example in common.
/// </summary>
public static class DatasetDivision
{
    private const int Period = 5;
    private const int TestPlace = 1;

    /// <summary>One part of a data set.</summary>
    /// <param name="dataset">The whole.</param>
    /// <param name="split">Which part.</param>
    /// <exception cref="VsmlException">No class has two different examples, so there is nothing to test with.</exception>
    public static ImageDataset Part(ImageDataset dataset, DatasetSplit split)
    {
        if (split == DatasetSplit.All) return dataset;
        var isTest = new Dictionary<int, bool>(new SameNumbers(dataset));
        var counted = new int[dataset.ClassCount];
        var part = new List<int>();
        for (var i = 0; i < dataset.Count; i++)
        {
            if (!isTest.TryGetValue(i, out var test))
            {
                test = counted[dataset.Labels[i]]++ % Period == TestPlace;
                isTest.Add(i, test);
            }
            if (test == (split == DatasetSplit.Test)) part.Add(i);
        }
        return part.Count > 0 ? dataset.Select(CollectionsMarshal.AsSpan(part))
            : throw new VsmlException($"{dataset.Name}: no class has two different examples, so none can be set aside for testing; take all of them (split all)");
    }

    private sealed class SameNumbers(ImageDataset dataset) : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => Bytes(x).SequenceEqual(Bytes(y));

        public int GetHashCode(int obj)
        {
            var hash = new HashCode();
            hash.AddBytes(Bytes(obj));
            return hash.ToHashCode();
        }

        private ReadOnlySpan<byte> Bytes(int index) => MemoryMarshal.AsBytes(dataset.Image(index));
    }
}
