namespace Vsml.Data;

/// <summary>Changes of the images' size. All sums run in a fixed order in double precision.</summary>
public static class ImageResizing
{
    /// <summary>The largest side length that can be asked for.</summary>
    public const int LargestSize = 1024;

    private const int LargestBorder = 2;

    /// <summary>
    /// The images at a square size. Where a border of zeros of at most two pixels a side makes the old size a multiple of the new
    /// one, or the new one itself, it is added first: 28x28 becomes 8x8 as 32x32 and then means of 4x4, 14x14 as means of 2x2, and
    /// 32x32 by the border alone. Other sizes are area means.
    /// </summary>
    /// <param name="dataset">The images.</param>
    /// <param name="size">Rows and columns; 0 leaves the images as they are.</param>
    /// <exception cref="VsmlException">The size is negative or above <see cref="LargestSize"/>.</exception>
    public static ImageDataset AtSize(ImageDataset dataset, int size)
    {
        if (size == 0 || (size == dataset.Height && size == dataset.Width)) return dataset;
        CheckSize(dataset, size, size);
        var height = Multiple(dataset.Height, size);
        var width = Multiple(dataset.Width, size);
        var padded = height - dataset.Height <= 2 * LargestBorder && width - dataset.Width <= 2 * LargestBorder
            ? Pad(dataset, height, width)
            : dataset;
        return Resize(padded, size, size);
    }

    /// <summary>Puts the images into the middle of larger ones that are zero elsewhere (the odd row or column below or to the right).</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="height">Rows, at least as many as now.</param>
    /// <param name="width">Columns, at least as many as now.</param>
    /// <exception cref="VsmlException">The new size is smaller than the old one, or above <see cref="LargestSize"/>.</exception>
    public static ImageDataset Pad(ImageDataset dataset, int height, int width)
    {
        if (height == dataset.Height && width == dataset.Width) return dataset;
        CheckSize(dataset, height, width);
        if (height < dataset.Height || width < dataset.Width)
            throw new VsmlException($"{dataset.Name}: images of {dataset.Height}x{dataset.Width} cannot be padded to {height}x{width}; resize them");
        var channels = dataset.Channels;
        var top = (height - dataset.Height) / 2;
        var left = (width - dataset.Width) / 2;
        var images = new float[TotalLength(dataset, height, width)];
        for (var i = 0; i < dataset.Count; i++)
        {
            var source = dataset.Image(i);
            for (var y = 0; y < dataset.Height; y++)
                source.Slice(y * dataset.Width * channels, dataset.Width * channels)
                    .CopyTo(images.AsSpan(((i * height + y + top) * width + left) * channels));
        }
        return dataset.With(images, height, width);
    }

    /// <summary>Every new pixel is the mean of the area of the old image that it covers (whole blocks of pixels where the sizes divide).</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <exception cref="VsmlException">A size is below 1 or above <see cref="LargestSize"/>.</exception>
    public static ImageDataset Resize(ImageDataset dataset, int height, int width)
    {
        if (height == dataset.Height && width == dataset.Width) return dataset;
        CheckSize(dataset, height, width);
        var rows = Overlaps(dataset.Height, height);
        var columns = Overlaps(dataset.Width, width);
        var area = (double)dataset.Height / height * dataset.Width / width;
        var channels = dataset.Channels;
        var images = new float[TotalLength(dataset, height, width)];
        var target = 0;
        for (var i = 0; i < dataset.Count; i++)
        {
            var source = dataset.Image(i);
            foreach (var row in rows)
                foreach (var column in columns)
                    for (var channel = 0; channel < channels; channel++)
                    {
                        var sum = 0.0;
                        foreach (var (y, rowShare) in row)
                            foreach (var (x, columnShare) in column)
                                sum += rowShare * columnShare * source[(y * dataset.Width + x) * channels + channel];
                        images[target++] = (float)(sum / area);
                    }
        }
        return dataset.With(images, height, width);
    }

    // The source pixels under each target pixel of one axis, each with the part of it that is covered.
    private static (int Index, double Share)[][] Overlaps(int source, int target)
    {
        var overlaps = new (int, double)[target][];
        for (var t = 0; t < target; t++)
        {
            // In units of 1/target of a source pixel, so that all bounds are whole numbers.
            long begin = (long)t * source, end = begin + source;
            var first = (int)(begin / target);
            var last = (int)((end - 1) / target);
            overlaps[t] = new (int, double)[last - first + 1];
            for (var s = first; s <= last; s++)
            {
                var covered = Math.Min(end, (s + 1L) * target) - Math.Max(begin, (long)s * target);
                overlaps[t][s - first] = (s, (double)covered / target);
            }
        }
        return overlaps;
    }

    private static int Multiple(int source, int target) => source <= target ? target : (source + target - 1) / target * target;

    private static int TotalLength(ImageDataset dataset, int height, int width)
    {
        var length = (long)dataset.Count * height * width * dataset.Channels;
        if (length > Array.MaxLength)
            throw new VsmlException($"{dataset.Name}: {dataset.Count} images of {height}x{width}x{dataset.Channels} are too many for memory; choose a smaller size");
        return (int)length;
    }

    private static void CheckSize(ImageDataset dataset, int height, int width)
    {
        if (height is < 1 or > LargestSize || width is < 1 or > LargestSize)
            throw new VsmlException($"{dataset.Name}: image size {height}x{width} is outside 1..{LargestSize}");
    }
}
