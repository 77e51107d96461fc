namespace Vsml.Data;

/// <summary>Which part of a data set; how one in a single piece is divided, <see cref="DatasetDivision"/> says.</summary>
public enum DatasetSplit
{
    /// <summary>The images that meta-training may see.</summary>
    Train,

    /// <summary>The held-out images, for meta-testing.</summary>
    Test,

    /// <summary>Both: training images first, or a file in its own order.</summary>
    All,
}
