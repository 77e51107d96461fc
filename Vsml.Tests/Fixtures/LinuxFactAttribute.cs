namespace Vsml.Tests.Fixtures;

/// <summary>A test of something that only Linux has; skipped elsewhere, with the reason.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    /// <summary>Says why.</summary>
    /// <param name="reason">What other systems lack.</param>
    public LinuxFactAttribute(string reason) => Skip = OperatingSystem.IsLinux() ? null : reason;
}
