using System.Diagnostics;
using System.Text;
using Vsml.Tool;

namespace Vsml.Tests.Tool;

/// <summary>What a command line gave.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ToolRun(int Code, string Output, string Error)
{
    /// <summary>Path of the tool beside the tests.</summary>
    public static string Assembly => typeof(VsmlTool).Assembly.Location;

    /// <summary>Runs a command line in this process.</summary>
    public static ToolRun InProcess(params IReadOnlyList<string> args) => InProcess(CancellationToken.None, args);

    /// <summary>Runs a command line in this process, until it is stopped.</summary>
    public static ToolRun InProcess(CancellationToken stop, IReadOnlyList<string> args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        var code = VsmlTool.Run(args, new ToolContext(output, error, IsInteractive: false, stop) { OpenOutput = () => bytes });
        return new(code, output + Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="args">Its arguments.</param>
    /// <param name="environment">Variables to set.</param>
    public static ToolRun OfProcess(string program, IReadOnlyList<string> args, params IReadOnlyList<(string Name, string Value)> environment)
    {
        using var process = Start(program, args, environment);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    /// <summary>Starts a program.</summary>
    public static Process Start(string program, IReadOnlyList<string> args, params IReadOnlyList<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Expects a refusal: exit code 2 and one line on standard error alone.</summary>
    public ToolRun ShouldBeRefused(params string[] mentions)
    {
        Code.ShouldBe(ExitCodes.BadInput, Error);
        Output.ShouldBeEmpty();
        Error.ShouldStartWith("vsml: ");
        Error.TrimEnd('\n', '\r').ShouldNotContain("\n");
        foreach (var mention in mentions) Error.ShouldContain(mention);
        return this;
    }

    /// <summary>Expects success.</summary>
    public ToolRun ShouldSucceed()
    {
        Code.ShouldBe(ExitCodes.Success, Error + Output);
        return this;
    }
}
