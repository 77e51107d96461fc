using System.Runtime.CompilerServices;
using System.Text;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using VerifyTests;
using Xunit.Sdk;

namespace VerifyXunit;

/// <summary>
/// Compares a text with the approved one in <c>Type.Method.verified.ext</c>. The names and files are Verify's, so that the same
/// tests run with Verify.Xunit itself (<c>-p:VsmlVerify=true</c>); this small form keeps the suite free of it.
/// </summary>
public static class Verifier
{
    /// <summary>Verifies a text; on a mismatch writes <c>Type.Method.received.ext</c> beside the approved file and fails with the difference.</summary>
    /// <param name="target">The text.</param>
    /// <param name="extension">Extension of the snapshot, without a point.</param>
    /// <param name="settings">Settings, if any.</param>
    /// <param name="sourceFile">The test's source file, named like its class.</param>
    /// <param name="method">The test's method.</param>
    public static SettingsTask Verify(
        string? target,
        string extension,
        VerifySettings? settings = null,
        [CallerFilePath] string sourceFile = "",
        [CallerMemberName] string method = "") =>
        new(settings, final => Compare(target ?? "null", extension, final, sourceFile, method));

    private static async Task Compare(string target, string extension, VerifySettings settings, string sourceFile, string method)
    {
        var folder = Path.GetFullPath(settings.Directory ?? ".", Path.GetDirectoryName(sourceFile)!);
        var prefix = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(sourceFile)}.{method}");
        var (verified, received) = ($"{prefix}.verified.{extension}", $"{prefix}.received.{extension}");

        var actual = target.ReplaceLineEndings("\n");
        var approved = File.Exists(verified) ? (await File.ReadAllTextAsync(verified)).ReplaceLineEndings("\n") : null;
        Directory.CreateDirectory(folder);
        File.Delete(received);
        if (actual == approved) return;

        await File.WriteAllTextAsync(received, actual, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        throw new XunitException(approved is null
            ? $"There is no {Path.GetFileName(verified)} yet. Read {received} and rename it to that."
            : $"{Path.GetFileName(received)} differs from the verified file.\n{Difference(approved, actual)}");
    }

    // Changed lines with two lines around them.
    private static string Difference(string before, string after)
    {
        var lines = new InlineDiffBuilder(new Differ()).BuildDiffModel(before, after).Lines;
        var text = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            var near = lines.Take(i + 3).Skip(i - 2).Any(line => line.Type != ChangeType.Unchanged);
            if (!near) continue;
            var sign = lines[i].Type switch { ChangeType.Inserted => '+', ChangeType.Deleted => '-', _ => ' ' };
            text.Append(sign).Append(' ').Append(lines[i].Text).Append('\n');
        }
        return text.ToString();
    }
}
