namespace Vsml.Data;

/// <summary>Which part of a data set.</summary>
public enum DatasetSplit
{
    /// <summary>The images that meta-training may see.</summary>
    Train,

    /// <summary>The held-out images, for meta-testing.</summary>
    Test,

    /// <summary>Both, training images first.</summary>
    All,
}
