using System.Globalization;
using System.Numerics.Tensors;

namespace Vsml.Data;

/// <summary>
/// Labelled images (or other vectors of fixed size, as images of one row) in memory. Immutable: every operation returns
/// another data set.
/// </summary>
public sealed class ImageDataset
{
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly int[] _byClass;
    private readonly int[] _classStart;
    private readonly int[] _present;

    /// <summary>Makes a data set of arrays, which must not be changed afterwards.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="images">Pixels [count, height, width, channels].</param>
    /// <param name="labels">Class of every image, from 0.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">Values of a pixel.</param>
    /// <param name="classNames">Names of the classes in the order of their labels.</param>
    /// <exception cref="VsmlException">Sizes do not fit together, a label is no class, or there is no image.</exception>
    public ImageDataset(string name, float[] images, int[] labels, int height, int width, int channels, IReadOnlyList<string> classNames)
    {
        if (labels.Length == 0) throw new VsmlException($"{name}: there is no image");
        if (height < 1 || width < 1 || channels < 1 || (long)labels.Length * height * width * channels != images.Length)
            throw new VsmlException($"{name}: {images.Length} pixel values are not {labels.Length} images of {height}x{width}x{channels}");
        _classStart = new int[classNames.Count + 1];
        foreach (var label in labels)
        {
            if ((uint)label >= (uint)classNames.Count)
                throw new VsmlException($"{name}: label {label} is outside 0..{classNames.Count - 1}");
            _classStart[label + 1]++;
        }
        for (var c = 0; c < classNames.Count; c++) _classStart[c + 1] += _classStart[c];
        _byClass = new int[labels.Length];
        var next = _classStart.AsSpan(0, classNames.Count).ToArray();
        for (var i = 0; i < labels.Length; i++) _byClass[next[labels[i]]++] = i;

        _present = [.. Enumerable.Range(0, classNames.Count).Where(c => _classStart[c + 1] > _classStart[c])];

        Name = name;
        _images = images;
        _labels = labels;
        Height = height;
        Width = width;
        Channels = channels;
        ClassNames = classNames;
    }

    /// <summary>Name for messages and reports.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count => _labels.Length;

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Values of a pixel.</summary>
    public int Channels { get; }

    /// <summary>Floats of an image: height x width x channels.</summary>
    public int ImageSize => Height * Width * Channels;

    /// <summary>Names of the classes in the order of their labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount => ClassNames.Count;

    /// <summary>All pixels [count, height, width, channels].</summary>
    public ReadOnlySpan<float> Images => _images;

    /// <summary>The same as the array that it is; not to be changed.</summary>
    internal float[] Pixels => _images;

    /// <summary>The class of every image.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The pixels [height, width, channels] of one image.</summary>
    /// <param name="index">The image, from 0.</param>
    public ReadOnlySpan<float> Image(int index) => _images.AsSpan(index * ImageSize, ImageSize);

    /// <summary>The images of one class, as indices in rising order.</summary>
    /// <param name="label">The class.</param>
    public ReadOnlySpan<int> OfClass(int label) => _byClass.AsSpan(_classStart[label], _classStart[label + 1] - _classStart[label]);

    /// <summary>How data of this kind are standardised where nothing else is asked for: columns of a CSV file each by its own figures, images by one.</summary>
    public Standardisation UsualStandardisation { get; init; } = Standardisation.All;

    /// <summary>The classes that have images here, in rising order; a part of a set may lack some.</summary>
    public ReadOnlySpan<int> PresentClasses => _present;

    /// <summary>Mean and (biased) standard deviation over all pixels of all images, summed in order in double precision.</summary>
    public (double Mean, double StandardDeviation) Moments()
    {
        var sum = 0.0;
        foreach (var value in _images) sum += value;
        var mean = sum / _images.Length;
        var squares = 0.0;
        foreach (var value in _images) squares += (value - mean) * (value - mean);
        return (mean, Math.Sqrt(squares / _images.Length));
    }

    /// <summary>Shifts and scales all inputs to mean 0 and standard deviation 1 by the figures of these very examples.</summary>
    /// <param name="over">Whether each column has figures of its own; one that is constant becomes 0.</param>
    /// <exception cref="VsmlException">One mean is asked for, and all inputs are equal.</exception>
    public ImageDataset Standardise(Standardisation over = Standardisation.All)
    {
        if (over == Standardisation.Columns) return StandardiseColumns();
        var (mean, deviation) = Moments();
        return Standardise((float)mean, (float)deviation);
    }

    /// <summary>Subtracts a mean from all pixels and divides by a standard deviation.</summary>
    /// <param name="mean">The mean.</param>
    /// <param name="standardDeviation">The standard deviation; above 0.</param>
    /// <exception cref="VsmlException">The deviation is not a positive number, as when all pixels are equal.</exception>
    public ImageDataset Standardise(float mean, float standardDeviation)
    {
        if (!(standardDeviation > 0) || !float.IsFinite(standardDeviation) || !float.IsFinite(mean))
            throw new VsmlException($"{Name}: cannot be standardised with mean {Number(mean)} and standard deviation {Number(standardDeviation)}");
        var images = new float[_images.Length];
        TensorPrimitives.Subtract(_images, mean, images);
        TensorPrimitives.Divide(images, standardDeviation, images);
        return With(images, Height, Width);
    }

    // Examples in order in double precision, as in Moments. A constant column is told by its values: rounding of the mean would leave a deviation.
    private ImageDataset StandardiseColumns()
    {
        var means = new double[ImageSize];
        var deviations = new double[ImageSize];
        for (var i = 0; i < Count; i++)
        {
            var image = Image(i);
            for (var j = 0; j < image.Length; j++) means[j] += image[j];
        }
        TensorPrimitives.Divide(means, Count, means);
        var first = Image(0);
        var varies = new bool[ImageSize];
        for (var i = 0; i < Count; i++)
        {
            var image = Image(i);
            for (var j = 0; j < image.Length; j++)
            {
                var difference = image[j] - means[j];
                deviations[j] += difference * difference;
                varies[j] |= image[j] != first[j];
            }
        }
        for (var j = 0; j < deviations.Length; j++) deviations[j] = varies[j] ? Math.Sqrt(deviations[j] / Count) : double.PositiveInfinity;
        var images = new float[_images.Length];
        for (var at = 0; at < images.Length; at += ImageSize)
            for (var j = 0; j < means.Length; j++)
                images[at + j] = (float)((_images[at + j] - means[j]) / deviations[j]);
        return With(images, Height, Width);
    }

    /// <summary>Consecutive images.</summary>
    /// <param name="start">The first one.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="VsmlException">There are not that many.</exception>
    public ImageDataset Slice(int start, int count)
    {
        if (start < 0 || count < 1 || count > Count - start)
            throw new VsmlException($"{Name}: images {start} to {(long)start + count - 1} are outside the {Count} there are");
        return new(Name, _images.AsSpan(start * ImageSize, count * ImageSize).ToArray(),
            _labels.AsSpan(start, count).ToArray(), Height, Width, Channels, ClassNames) { UsualStandardisation = UsualStandardisation };
    }

    /// <summary>Some of the images.</summary>
    /// <param name="indices">Which, in the order that they will have.</param>
    /// <exception cref="VsmlException">There are none.</exception>
    public ImageDataset Select(ReadOnlySpan<int> indices)
    {
        var images = new float[indices.Length * ImageSize];
        var labels = new int[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            Image(indices[i]).CopyTo(images.AsSpan(i * ImageSize));
            labels[i] = _labels[indices[i]];
        }
        return new(Name, images, labels, Height, Width, Channels, ClassNames) { UsualStandardisation = UsualStandardisation };
    }

    /// <summary>The images at a square size by the protocol of the published comparisons; see <see cref="ImageResizing.AtSize"/>.</summary>
    /// <param name="size">Rows and columns; 0 leaves the images as they are.</param>
    /// <exception cref="VsmlException">The size is negative or above <see cref="ImageResizing.LargestSize"/>.</exception>
    public ImageDataset AtSize(int size) => ImageResizing.AtSize(this, size);

    /// <summary>The images with one channel, each pixel the mean of its own.</summary>
    public ImageDataset Averaged()
    {
        if (Channels == 1) return this;
        var images = new float[_images.Length / Channels];
        for (var p = 0; p < images.Length; p++)
        {
            var sum = 0f;
            foreach (var value in _images.AsSpan(p * Channels, Channels)) sum += value;
            images[p] = sum / Channels;
        }
        return new(Name, images, _labels, Height, Width, 1, ClassNames) { UsualStandardisation = UsualStandardisation };
    }

    /// <summary>The images with rows and columns exchanged.</summary>
    internal ImageDataset Transposed()
    {
        var images = new float[_images.Length];
        for (var i = 0; i < Count; i++)
            for (var y = 0; y < Height; y++)
                for (var x = 0; x < Width; x++)
                    _images.AsSpan((i * Height * Width + y * Width + x) * Channels, Channels).CopyTo(images.AsSpan((i * Height * Width + x * Height + y) * Channels));
        return With(images, Width, Height);
    }

    internal ImageDataset With(float[] images, int height, int width) => new(Name, images, _labels, height, width, Channels, ClassNames) { UsualStandardisation = UsualStandardisation };

    private static string Number(float value) => value.ToString(CultureInfo.InvariantCulture);
}
