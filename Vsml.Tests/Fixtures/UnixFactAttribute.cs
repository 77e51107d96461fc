namespace Vsml.Tests.Fixtures;

/// <summary>A test of something that Windows does not have; skipped there, with the reason.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    /// <summary>Says why.</summary>
    /// <param name="reason">What Windows lacks.</param>
    public UnixFactAttribute(string reason) => Skip = OperatingSystem.IsWindows() ? reason : null;
}

/// <summary>As <see cref="UnixFactAttribute"/>, for a test with several inputs.</summary>
public sealed class UnixTheoryAttribute : TheoryAttribute
{
    /// <summary>Says why.</summary>
    /// <param name="reason">What Windows lacks.</param>
    public UnixTheoryAttribute(string reason) => Skip = OperatingSystem.IsWindows() ? reason : null;
}
