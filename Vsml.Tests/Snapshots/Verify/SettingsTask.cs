using System.Runtime.CompilerServices;

namespace VerifyTests;

/// <summary>A verification under way, to be awaited; settings can still be chained to it.</summary>
/// <param name="settings">Settings so far.</param>
/// <param name="verify">Runs the verification.</param>
public class SettingsTask(VerifySettings? settings, Func<VerifySettings, Task> verify)
{
    private readonly VerifySettings _settings = settings ?? new();
    private Task? _task;

    /// <summary>Sets the folder of the snapshots.</summary>
    /// <param name="directory">Absolute, or relative to the test's source file.</param>
    public SettingsTask UseDirectory(string directory)
    {
        _settings.UseDirectory(directory);
        return this;
    }

    /// <summary>Runs the verification, once.</summary>
    public Task ToTask() => _task ??= verify(_settings);

    /// <summary>Awaits <see cref="ToTask"/>.</summary>
    public TaskAwaiter GetAwaiter() => ToTask().GetAwaiter();

    /// <summary>Lets a test return the verification.</summary>
    /// <param name="verification">The verification.</param>
    public static implicit operator Task(SettingsTask verification) => verification.ToTask();
}
