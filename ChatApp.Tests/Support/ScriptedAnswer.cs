namespace ChatApp.Tests.Support;

/// <summary>What a <see cref="ScriptedModelServer"/> does with one request.</summary>
internal sealed record ScriptedAnswer
{
    /// <summary>How the answer ends after its text.</summary>
    public enum Ending
    {
        /// <summary>As it should: finish reason, usage if wanted, <c>[DONE]</c>.</summary>
        Proper,

        /// <summary>The connection is reset.</summary>
        Cut,

        /// <summary>The stream ends politely but too early.</summary>
        TooEarly,

        /// <summary>Something that is not JSON follows.</summary>
        Garbage,

        /// <summary>Nothing follows, for ever; <see cref="ScriptedModelServer.Hanging"/> tells when.</summary>
        Hang,

        /// <summary>A line follows that does not end, 100 MB of it.</summary>
        Flood,
    }

    public IReadOnlyList<string> Deltas { get; private init; } = [];

    /// <summary>The pause before each delta.</summary>
    public TimeSpan Delay { get; init; }

    public Ending End { get; init; }

    /// <summary>What the end waits for, so that a test can have read the text before the connection goes.</summary>
    public Task EndAfter { get; init; } = Task.CompletedTask;

    public string FinishReason { get; init; } = "stop";

    /// <summary>What is reported; null: nothing is.</summary>
    public (int Prompt, int Completion)? Usage { get; init; } = (11, 7);

    /// <summary>Functions that the model wants called, after its text: id, name and arguments as JSON.</summary>
    public IReadOnlyList<(string? Id, string Name, string Arguments)> ToolCalls { get; init; } = [];

    /// <summary>Calls every function number 0, as some servers do.</summary>
    public bool SameIndex { get; init; }

    /// <summary>An error in the middle of the stream, instead of its end, where the protocol has that.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The HTTP status; anything but 200 sends <see cref="Body"/> and nothing else.</summary>
    public int Status { get; private init; } = 200;

    public string? RetryAfter { get; init; }

    /// <summary>Sent instead of an answer.</summary>
    public string? Body { get; private init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Streams these pieces of text.</summary>
    public static ScriptedAnswer Text(params string[] deltas) => new() { Deltas = deltas };

    /// <summary>Wants functions called: name and arguments as JSON, with the ids call_1, call_2, …</summary>
    public static ScriptedAnswer Calls(params (string Name, string Arguments)[] calls) => new()
    {
        ToolCalls = [.. calls.Select((c, i) => ((string?)$"call_{i + 1}", c.Name, c.Arguments))],
        FinishReason = "tool_calls",
    };

    /// <summary>Fails as OpenAI does.</summary>
    public static ScriptedAnswer Fail(int status, string code = "some_code", string message = "Something is wrong.", string? param = null) =>
        FailWith(status, new { error = new { message, type = "some_type", param, code } });

    /// <summary>Fails in a provider's own way.</summary>
    public static ScriptedAnswer FailWith(int status, object body) => new() { Status = status, Body = System.Text.Json.JsonSerializer.Serialize(body) };

    /// <summary>Answers with anything.</summary>
    public static ScriptedAnswer Raw(string contentType, string body) => new() { Body = body, ContentType = contentType };
}
