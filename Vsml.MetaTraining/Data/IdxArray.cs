namespace Vsml.Data;

/// <summary>An array of unsigned bytes as an IDX file holds it.</summary>
/// <param name="Shape">The sizes of its one to four dimensions, outermost first.</param>
/// <param name="Values">The elements, row-major.</param>
public sealed record IdxArray(EquatableArray<int> Shape, byte[] Values);
