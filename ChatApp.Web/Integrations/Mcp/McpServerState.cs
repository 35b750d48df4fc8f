using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

public enum McpServerStatus
{
    /// <summary>Not needed yet, or not again since the connection was lost.</summary>
    Idle,
    Connecting,
    Connected,

    /// <summary>The last attempt to connect failed.</summary>
    Failed,
}

/// <summary>An MCP server's state at one time.</summary>
/// <param name="Status">The state of the connection.</param>
/// <param name="Since">When it was connected.</param>
/// <param name="Tools">The tools that it offers.</param>
/// <param name="Failure">The most recent failure, however long ago.</param>
/// <param name="Output">The newest lines that a command wrote to its standard error.</param>
public sealed record McpServerState(McpServerStatus Status, DateTimeOffset? Since, IReadOnlyList<Tool> Tools, ToolFailure? Failure, IReadOnlyList<string> Output);

/// <summary>The newest lines that a command wrote to its standard error. They are shown to administrators and not logged, as they can contain anything.</summary>
internal sealed class McpServerOutput
{
    private const int MaxLines = 10;
    private const int MaxLength = 300;

    private readonly Queue<string> _lines = new();

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_lines)
        {
            _lines.Enqueue(ToolText.Line(line, MaxLength));
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
