using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Support;

/// <summary>
/// A real HTTP server on the loopback address that speaks a provider's protocol, streaming or not, and misbehaves on command. Each request takes the
/// next answer of the script; when there is none left, <see cref="Otherwise"/>.
/// </summary>
internal abstract class ScriptedModelServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ScriptedAnswer> _script = new();
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private WebApplication _app = null!;
    private bool _stopped;

    public ScriptedAnswer Otherwise { get; set; } = ScriptedAnswer.Text("A scripted", " answer.");

    /// <summary>The requests for answers so far.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>Completes when an answer has begun to hang.</summary>
    public Task Hanging => _hanging.Task;

    /// <summary>An event that is none.</summary>
    protected virtual string Garbage => "data: {\"choices\": [{]\n\n";

    /// <summary>The server's own end, which nothing may outlast.</summary>
    protected CancellationToken End => _end.Token;

    protected Uri Root => new(_app.Urls.Single());

    public void Add(params ScriptedAnswer[] script)
    {
        foreach (var answer in script)
        {
            _script.Enqueue(answer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _end.CancelAsync();
            await _app.DisposeAsync();
            _end.Dispose();
        }
    }

    protected async Task ListenAsync(ScriptedAnswer[] script, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        Add(script);
        map(_app);
        await _app.StartAsync();
    }

    /// <summary>Answers with the next of the script.</summary>
    protected async Task AnswerAsync(HttpContext context)
    {
        using var json = await JsonDocument.ParseAsync(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new ScriptedRequest(json.RootElement.Clone(), headers);
        _requests.Enqueue(request);
        var answer = _script.TryDequeue(out var next) ? next : Otherwise;
        if (answer.Body is { } body)
        {
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            context.Response.Headers.RetryAfter = answer.RetryAfter;
            await context.Response.WriteAsync(body);
        }
        else if (request.IsStreaming)
        {
            await StreamAsync(context, answer);
        }
        else
        {
            await context.Response.WriteAsJsonAsync(Whole(answer));
        }
    }

    protected abstract Task SendTextAsync(HttpContext context, string text);

    /// <summary>Everything after the text: calls, the reason of the end, usage.</summary>
    protected abstract Task SendEndAsync(HttpContext context, ScriptedAnswer answer);

    /// <summary>What comes before the text.</summary>
    protected virtual Task SendBeginningAsync(HttpContext context, ScriptedAnswer answer) => Task.CompletedTask;

    protected abstract object Whole(ScriptedAnswer answer);

    protected static async Task SendAsync(HttpContext context, object data, string? name = null)
    {
        await context.Response.WriteAsync($"{(name is null ? "" : $"event: {name}\n")}data: {JsonSerializer.Serialize(data)}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private async Task StreamAsync(HttpContext context, ScriptedAnswer answer)
    {
        context.Response.ContentType = "text/event-stream";
        await SendBeginningAsync(context, answer);
        foreach (var delta in answer.Deltas)
        {
            await Task.Delay(answer.Delay, _end.Token);
            await SendTextAsync(context, delta);
        }
        await answer.EndAfter.WaitAsync(_end.Token);
        switch (answer.End)
        {
            case ScriptedAnswer.Ending.Cut:
                context.Abort();
                break;
            case ScriptedAnswer.Ending.TooEarly:
                break;
            case ScriptedAnswer.Ending.Garbage:
                await context.Response.WriteAsync(Garbage);
                break;
            case ScriptedAnswer.Ending.Flood:
                await FloodAsync(context);
                break;
            case ScriptedAnswer.Ending.Hang:
                await HangAsync(context);
                break;
            case ScriptedAnswer.Ending.Proper:
                await SendEndAsync(context, answer);
                break;
        }
    }

    private async Task HangAsync(HttpContext context)
    {
        // The headers must be out, or the client is still waiting for those.
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        _hanging.TrySetResult();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task FloodAsync(HttpContext context)
    {
        var megabyte = new string('x', 1024 * 1024);
        await context.Response.WriteAsync("data: \"");
        for (var i = 0; i < 100 && !context.RequestAborted.IsCancellationRequested; i++)
        {
            await context.Response.WriteAsync(megabyte);
        }
    }
}

/// <summary>A request as it came in.</summary>
/// <param name="Json">Its body.</param>
/// <param name="Headers">Its headers, several of a name joined.</param>
internal sealed record ScriptedRequest(JsonElement Json, IReadOnlyDictionary<string, string> Headers)
{
    public string Authorization => Headers.GetValueOrDefault("Authorization", "");

    public bool IsStreaming => Json.TryGetProperty("stream", out var stream) && stream.GetBoolean();

    /// <summary>The messages as (role, content).</summary>
    public IReadOnlyList<(string Role, string Content)> Messages =>
        [.. Json.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").ToString()))];
}
