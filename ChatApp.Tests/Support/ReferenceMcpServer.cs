using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ChatApp.Tests.Support;

/// <summary>MCP's reference server, from npm, which has tools of every kind.</summary>
internal static class ReferenceMcpServer
{
    /// <summary>The settings of a server that the app runs as a command. It writes its process id to a file.</summary>
    /// <param name="name">The server's name.</param>
    /// <param name="pidFile">The file.</param>
    public static Dictionary<string, string> Stdio(string name, string pidFile) => Command(name, $"echo $$ > '{pidFile}' && exec node '{Script}' stdio");

    /// <summary>The settings of a server that a shell command runs.</summary>
    public static Dictionary<string, string> Command(string name, string shell) => new()
    {
        [$"Mcp:Servers:{name}:Command"] = "sh",
        [$"Mcp:Servers:{name}:Args:0"] = "-c",
        [$"Mcp:Servers:{name}:Args:1"] = shell,
    };

    /// <summary>A command that reads its input and never responds.</summary>
    public static Dictionary<string, string> Silent(string name) => Command(name, "exec cat > /dev/null");

    public static Process ProcessOf(string pidFile) => Process.GetProcessById(int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture));

    public static string Script
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                var path = Path.Combine(directory.FullName, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js");
                if (File.Exists(path))
                {
                    return path;
                }
            }
            throw new FileNotFoundException("@modelcontextprotocol/server-everything is not installed; a build installs it.");
        }
    }
}

/// <summary>The reference server over streamable HTTP, in a process that can be killed and restarted at the same address.</summary>
internal sealed class ReferenceHttpServer : IAsyncDisposable
{
    private Process? _process;

    public int Port { get; } = FreePort();

    public string Url => $"http://127.0.0.1:{Port}/mcp";

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("node", [ReferenceMcpServer.Script, "streamableHttp"])
        {
            Environment = { ["PORT"] = Port.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.TrueAsync(IsListeningAsync, "the reference server listens");
    }

    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
