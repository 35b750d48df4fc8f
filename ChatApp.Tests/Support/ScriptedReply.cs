namespace ChatApp.Tests.Support;

/// <summary>What a <see cref="ScriptedModelServer"/> does with one request.</summary>
internal sealed record ScriptedReply
{
    /// <summary>How the reply ends after its text.</summary>
    public enum Ending
    {
        /// <summary>Normally: finish reason, usage if any, <c>[DONE]</c>.</summary>
        Proper,

        /// <summary>The connection is reset.</summary>
        Cut,

        /// <summary>The stream ends cleanly but too early.</summary>
        TooEarly,

        /// <summary>Invalid JSON follows.</summary>
        Garbage,

        /// <summary>Nothing follows and the connection stays open; <see cref="ScriptedModelServer.Hanging"/> then completes.</summary>
        Hang,

        /// <summary>A line of 100 MB follows.</summary>
        Flood,
    }

    public IReadOnlyList<string> Deltas { get; private init; } = [];

    /// <summary>The pause before each delta.</summary>
    public TimeSpan Delay { get; init; }

    public Ending End { get; init; }

    /// <summary>The end waits for this task, so that a test can read the text before the connection is closed.</summary>
    public Task EndAfter { get; init; } = Task.CompletedTask;

    public string FinishReason { get; init; } = "stop";

    /// <summary>The reported usage; null for none.</summary>
    public (int Prompt, int Completion)? Usage { get; init; } = (11, 7);

    /// <summary>The tool calls after the text: id, name and arguments as JSON.</summary>
    public IReadOnlyList<(string? Id, string Name, string Arguments)> ToolCalls { get; init; } = [];

    /// <summary>Whether every call has index 0, as with some servers.</summary>
    public bool SameIndex { get; init; }

    /// <summary>The type of an error event that is sent instead of the end, if the protocol has one.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The HTTP status; if it is not 200, only <see cref="Body"/> is sent.</summary>
    public int Status { get; private init; } = 200;

    public string? RetryAfter { get; init; }

    /// <summary>The response body, instead of a reply.</summary>
    public string? Body { get; private init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Streams these deltas.</summary>
    public static ScriptedReply Text(params string[] deltas) => new() { Deltas = deltas };

    /// <summary>Tool calls: name and arguments as JSON, with the ids call_1, call_2, …</summary>
    public static ScriptedReply Calls(params (string Name, string Arguments)[] calls) => new()
    {
        ToolCalls = [.. calls.Select((c, i) => ((string?)$"call_{i + 1}", c.Name, c.Arguments))],
        FinishReason = "tool_calls",
    };

    /// <summary>An error response in OpenAI's format.</summary>
    public static ScriptedReply Fail(int status, string code = "some_code", string message = "Something is wrong.", string? param = null) =>
        FailWith(status, new { error = new { message, type = "some_type", param, code } });

    /// <summary>An error response with any body.</summary>
    public static ScriptedReply FailWith(int status, object body) => new() { Status = status, Body = System.Text.Json.JsonSerializer.Serialize(body) };

    /// <summary>A response with any content.</summary>
    public static ScriptedReply Raw(string contentType, string body) => new() { Body = body, ContentType = contentType };
}
