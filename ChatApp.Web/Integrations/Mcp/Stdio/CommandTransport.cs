using System.Diagnostics;
using System.Text.RegularExpressions;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp.Stdio;

/// <summary>Runs a command that is an MCP server. The SDK's own transport reads lines of any length into memory.</summary>
/// <param name="settings">The server's configuration.</param>
/// <param name="onOutput">Receives the lines that the command writes to its standard error.</param>
internal sealed partial class CommandTransport(McpServerSettings settings, Action<string> onOutput) : IClientTransport
{
    public string Name => settings.Name;

    public Task<ITransport> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var process = new Process { StartInfo = StartInfo() };
        try
        {
            process.Start();
        }
        catch
        {
            process.Dispose();
            throw;
        }
        return Task.FromResult<ITransport>(new CommandSession(process, onOutput));
    }

    private ProcessStartInfo StartInfo()
    {
        // Windows runs scripts such as npx only in a shell.
        var needsShell = OperatingSystem.IsWindows() && !Path.GetFileName(settings.Command!).Equals("cmd.exe", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(needsShell ? "cmd.exe" : settings.Command!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            WorkingDirectory = settings.WorkingDirectory ?? Environment.CurrentDirectory,
        };
        foreach (var argument in needsShell ? ["/c", settings.Command!, .. settings.Arguments] : settings.Arguments)
        {
            start.ArgumentList.Add(OperatingSystem.IsWindows() && !argument.Any(char.IsWhiteSpace) ? ShellMarks().Replace(argument, "^$0") : argument);
        }
        // Not the app's own environment, which contains keys and passwords.
        start.Environment.Clear();
        foreach (var (name, value) in StdioClientTransportOptions.GetDefaultEnvironmentVariables())
        {
            start.Environment[name] = value;
        }
        foreach (var (name, value) in settings.Environment)
        {
            start.Environment[name] = value;
        }
        return start;
    }

    [GeneratedRegex("[&^><|]")]
    private static partial Regex ShellMarks();
}
