using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Support;

/// <summary>
/// A real HTTP server on the loopback address with a provider's API, streaming or not, that fails on command. Each request gets the next reply of the
/// script, or <see cref="DefaultReply"/> after the last one.
/// </summary>
internal abstract class ScriptedModelServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ScriptedReply> _script = new();
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private WebApplication _app = null!;
    private bool _stopped;

    public ScriptedReply DefaultReply { get; set; } = ScriptedReply.Text("A scripted", " reply.");

    /// <summary>The chat requests so far.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>Completes when a reply hangs.</summary>
    public Task Hanging => _hanging.Task;

    /// <summary>An invalid event.</summary>
    protected virtual string Garbage => "data: {\"choices\": [{]\n\n";

    /// <summary>Cancelled when the server stops.</summary>
    protected CancellationToken End => _end.Token;

    protected Uri Root => new(_app.Urls.Single());

    public void Add(params ScriptedReply[] script)
    {
        foreach (var reply in script)
        {
            _script.Enqueue(reply);
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

    protected async Task ListenAsync(ScriptedReply[] script, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        Add(script);
        map(_app);
        await _app.StartAsync();
    }

    /// <summary>Sends the next reply of the script.</summary>
    protected async Task ReplyAsync(HttpContext context)
    {
        using var json = await JsonDocument.ParseAsync(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new ScriptedRequest(json.RootElement.Clone(), headers);
        _requests.Enqueue(request);
        var reply = _script.TryDequeue(out var next) ? next : DefaultReply;
        if (reply.Body is { } body)
        {
            context.Response.StatusCode = reply.Status;
            context.Response.ContentType = reply.ContentType;
            context.Response.Headers.RetryAfter = reply.RetryAfter;
            await context.Response.WriteAsync(body);
        }
        else if (request.IsStreaming)
        {
            await StreamAsync(context, reply);
        }
        else
        {
            await context.Response.WriteAsJsonAsync(Whole(reply));
        }
    }

    protected abstract Task SendTextAsync(HttpContext context, string text);

    /// <summary>Sends everything after the text: calls, finish reason, usage.</summary>
    protected abstract Task SendEndAsync(HttpContext context, ScriptedReply reply);

    /// <summary>Sends what comes before the text.</summary>
    protected virtual Task SendBeginningAsync(HttpContext context, ScriptedReply reply) => Task.CompletedTask;

    protected abstract object Whole(ScriptedReply reply);

    protected static async Task SendAsync(HttpContext context, object data, string? name = null)
    {
        await context.Response.WriteAsync($"{(name is null ? "" : $"event: {name}\n")}data: {JsonSerializer.Serialize(data)}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private async Task StreamAsync(HttpContext context, ScriptedReply reply)
    {
        context.Response.ContentType = "text/event-stream";
        await SendBeginningAsync(context, reply);
        foreach (var delta in reply.Deltas)
        {
            await Task.Delay(reply.Delay, _end.Token);
            await SendTextAsync(context, delta);
        }
        await reply.EndAfter.WaitAsync(_end.Token);
        switch (reply.End)
        {
            case ScriptedReply.Ending.Cut:
                context.Abort();
                break;
            case ScriptedReply.Ending.TooEarly:
                break;
            case ScriptedReply.Ending.Garbage:
                await context.Response.WriteAsync(Garbage);
                break;
            case ScriptedReply.Ending.Flood:
                await FloodAsync(context);
                break;
            case ScriptedReply.Ending.Hang:
                await HangAsync(context);
                break;
            case ScriptedReply.Ending.Proper:
                await SendEndAsync(context, reply);
                break;
        }
    }

    private async Task HangAsync(HttpContext context)
    {
        // Sends the headers first, which the client waits for.
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

/// <summary>A received request.</summary>
/// <param name="Json">Its body.</param>
/// <param name="Headers">Its headers, with several values joined.</param>
internal sealed record ScriptedRequest(JsonElement Json, IReadOnlyDictionary<string, string> Headers)
{
    public string Authorization => Headers.GetValueOrDefault("Authorization", "");

    public bool IsStreaming => Json.TryGetProperty("stream", out var stream) && stream.GetBoolean();

    /// <summary>The messages as (role, content).</summary>
    public IReadOnlyList<(string Role, string Content)> Messages =>
        [.. Json.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").ToString()))];
}
