namespace Vsml.Ilgpu.Kernels;

/// <summary>Four numbers as they are stored.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IStoredQuad<TSelf>
    where TSelf : unmanaged, IStoredQuad<TSelf>
{
    /// <summary>Rounds four numbers to what is stored.</summary>
    static abstract TSelf Of(Quad numbers);

    /// <summary>The numbers.</summary>
    Quad ToQuad();
}
