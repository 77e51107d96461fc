namespace Vsml.Data;

/// <summary>SVHN's cropped digits (Netzer et al. 2011): MATLAB files with X [row, column, channel, image] and y, in which 10 stands for 0.</summary>
internal sealed record SvhnSet(string Name, IReadOnlyList<DownloadFile> Files)
    : PublishedSet(Name, "SVHN: 73,257 + 26,032 colour photographs of house numbers' digits, 32x32", "for non-commercial use", Name, Files)
{
    /// <inheritdoc/>
    public override IReadOnlyList<string>? FilesOf(DatasetSplit part, IEnumerable<string> folders) => First(folders, part == DatasetSplit.Train ? "train_32x32.mat" : "test_32x32.mat");

    /// <inheritdoc/>
    public override ImageDataset Read(DatasetSplit part, IReadOnlyList<string> files) => Read(files[0], Name);

    /// <summary>Reads a file of such images.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The data set's name.</param>
    /// <exception cref="VsmlException">It is damaged, or has other variables.</exception>
    public static ImageDataset Read(string path, string name)
    {
        var variables = MatlabFile.Read(path);
        var (x, y) = (Variable("X"), Variable("y"));
        if (x.Shape is not [var height, var width, var channels, var count] || x.Values is not byte[] pixels)
            throw new VsmlException($"{path}: X is no array of bytes [rows, columns, channels, images]");
        if (y.Values.Length != count) throw new VsmlException($"{path}: y has {y.Values.Length} values for {count} images");
        var (images, labels) = (new float[pixels.Length], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var label = y.At(i);
            if (!(label >= 0 && label <= 10 && label == Math.Floor(label))) throw new VsmlException($"{path}: image {i + 1} has label {label}, outside 0..10");
            labels[i] = (int)label % 10;
            // MATLAB stores columns first.
            for (var c = 0; c < channels; c++)
                for (var column = 0; column < width; column++)
                    for (var row = 0; row < height; row++)
                        images[((i * height + row) * width + column) * channels + c] = pixels[((i * channels + c) * width + column) * height + row] / 255f;
        }
        return new ImageDataset(name, images, labels, height, width, channels, [.. Enumerable.Range(0, 10).Select(digit => $"{digit}")]);

        MatlabArray Variable(string variable) => variables.TryGetValue(variable, out var found) ? found
            : throw new VsmlException($"{path}: there is no variable {variable}; SVHN's cropped digits have X and y");
    }
}
