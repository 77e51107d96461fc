using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Vsml.Tests.Fixtures;
using Vsml.Tests.Tool;

namespace Vsml.Tests.Scale;

/// <summary>A real SLURM of one node: munged, slurmctld and slurmd on this machine, with a folder of their own.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class SlurmCluster : IDisposable
{
    private static int s_ports = 20_000 + Environment.ProcessId % 10_000;
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _pidFiles = [];

    /// <summary>Starts it.</summary>
    public SlurmCluster()
    {
        var (host, port) = (Environment.MachineName.Split('.')[0], Interlocked.Add(ref s_ports, 2));
        foreach (var name in new[] { "munge", "state", "spool" }) Directory.CreateDirectory(_folder[name]);
        File.SetUnixFileMode(_folder[""], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var key = new byte[1024];
        Random.Shared.NextBytes(key);
        File.WriteAllBytes(_folder["munge/key"], key);
        foreach (var secret in new[] { "munge", "munge/key" }) File.SetUnixFileMode(_folder[secret], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Configuration, $"""
            ClusterName=test
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser=root
            AuthType=auth/munge
            AuthInfo=socket={_folder["munge/socket"]},cred_expire=5
            SlurmctldPort={port}
            SlurmdPort={port + 1}
            SlurmctldPidFile={_folder["slurmctld.pid"]}
            SlurmdPidFile={_folder["slurmd.pid"]}
            SlurmctldLogFile={_folder["slurmctld.log"]}
            SlurmdLogFile={_folder["slurmd.log"]}
            StateSaveLocation={_folder["state"]}
            SlurmdSpoolDir={_folder["spool"]}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            SelectType=select/cons_tres
            ReturnToService=2
            KillWait=5
            NodeName={host} NodeAddr=127.0.0.1 CPUs={Environment.ProcessorCount} State=UNKNOWN
            PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP

            """);
        Start("munged", "munge/pid", "--force", $"--key-file={_folder["munge/key"]}", $"--socket={_folder["munge/socket"]}", $"--pid-file={_folder["munge/pid"]}", $"--seed-file={_folder["munge/seed"]}", $"--log-file={_folder["munge/log"]}");
        Start("slurmctld", "slurmctld.pid", "-f", Configuration);
        Start("slurmd", "slurmd.pid", "-f", Configuration);
        WaitFor(() => Client("sinfo", "-h", "-o", "%T").Output.Contains("idle", StringComparison.Ordinal), TimeSpan.FromSeconds(60), "a node that is idle");
    }

    private string Configuration => _folder["slurm.conf"];

    /// <summary>Submits a job and waits until no part of it is left.</summary>
    /// <param name="script">Its script.</param>
    /// <param name="limit">The longest that it may take.</param>
    /// <param name="options">Options of sbatch.</param>
    public void Run(string script, TimeSpan limit, params IReadOnlyList<string> options)
    {
        var job = Client("sbatch", ["--parsable", .. options, script]).ShouldSucceed().Output.Trim();
        WaitFor(() => Client("squeue", "-h", "-j", job) is var queue && (queue.Code != 0 || queue.Output.Trim().Length == 0), limit, "the end of the job");
    }

    // Of SLURM's programs, which must find this one.
    private ToolRun Client(string program, params IReadOnlyList<string> args) => ToolRun.OfProcess(program, args, ("SLURM_CONF", Configuration));

    private static void WaitFor(Func<bool> done, TimeSpan limit, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!done())
        {
            waited.Elapsed.ShouldBeLessThan(limit, what);
            Thread.Sleep(500);
        }
    }

    public void Dispose()
    {
        _pidFiles.Reverse();
        foreach (var file in _pidFiles.Where(File.Exists))
            try
            {
                using var process = Process.GetProcessById(int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture));
                process.Kill();
                process.WaitForExit();
            }
            catch (ArgumentException)
            {
                // It has ended by itself.
            }
        _folder.Dispose();
    }

    private void Start(string daemon, string pidFile, params IReadOnlyList<string> args)
    {
        _pidFiles.Add(_folder[pidFile]);
        // They go into the background, where nobody waits for their output to end.
        using var process = Process.Start(new ProcessStartInfo(Path.Combine("/usr/sbin", daemon), args))!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, daemon);
    }
}
