using ModelContextProtocol.Protocol;

namespace ChatApp.Web.Integrations.Mcp;

public enum McpServerStatus
{
    /// <summary>Nobody has needed it yet, or not again since the connection was lost.</summary>
    Idle,
    Connecting,
    Connected,

    /// <summary>The last attempt to connect it failed.</summary>
    Failed,
}

/// <summary>A server of tools as it is at a moment.</summary>
/// <param name="Status">How far the connection is.</param>
/// <param name="Since">Since when it is connected.</param>
/// <param name="Tools">What it offers.</param>
/// <param name="Failure">What went wrong last, however long ago.</param>
/// <param name="Output">The newest lines that a command wrote to its standard error.</param>
public sealed record McpServerState(McpServerStatus Status, DateTimeOffset? Since, IReadOnlyList<Tool> Tools, ToolFailure? Failure, IReadOnlyList<string> Output);

/// <summary>The newest lines that a command wrote to its standard error. They are for the administrator's page, not for logs: nobody knows what is in them.</summary>
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
