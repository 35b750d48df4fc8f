using System.Diagnostics;
using System.Globalization;
using System.Net;
using ChatApp.Bench.Serving;

namespace ChatApp.Bench;

/// <summary>A server in a separate process, so that its CPU time and memory can be told from the clients'.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, IPEndPoint address) => (_process, Address) = (process, address);

    public IPEndPoint Address { get; }

    /// <summary>CPU time so far.</summary>
    public TimeSpan Processor => Refreshed().TotalProcessorTime;

    /// <summary>Resident memory in bytes.</summary>
    public long Resident => Refreshed().WorkingSet64;

    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        // With the runtime settings of the app, not of the bench.
        var settings = Path.Combine(AppContext.BaseDirectory, "ChatApp.Web.runtimeconfig.json");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            ["exec", "--runtimeconfig", settings, typeof(ServerProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        return new(process, IPEndPoint.Parse(new Uri(await ReadAsync(process)).Authority));
    }

    /// <summary>Bytes of all live objects, after a full collection.</summary>
    public async Task<long> HeapAsync()
    {
        await _process.StandardInput.WriteLineAsync(ServedProcess.HeapRequest);
        await _process.StandardInput.FlushAsync();
        return long.Parse(await ReadAsync(_process), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        var rest = _process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            await rest;
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private static async Task<string> ReadAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(ServedProcess.Mark, StringComparison.Ordinal))
            {
                return line[ServedProcess.Mark.Length..];
            }
            await Console.Error.WriteLineAsync(line);
        }
        throw new InvalidOperationException("The server ended.");
    }

    private Process Refreshed()
    {
        _process.Refresh();
        return _process;
    }
}
