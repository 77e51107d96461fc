namespace Vsml.Benchmarks;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            return CommandLine.Run(arguments);
        }
        catch (VsmlException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }
}
