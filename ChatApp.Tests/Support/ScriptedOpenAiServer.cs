using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatApp.Tests.Support;

/// <summary>
/// A real HTTP server on the loopback address that speaks OpenAI's chat completions, streaming or not, and misbehaves on command. Each request takes the
/// next answer of the script; when there is none left, <see cref="Otherwise"/>.
/// </summary>
internal sealed class ScriptedOpenAiServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ScriptedAnswer> _script = new();
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly TaskCompletionSource _hanging = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly WebApplication _app;
    private bool _stopped;

    private ScriptedOpenAiServer(WebApplication app) => _app = app;

    /// <summary>The root of the API, ending in <c>/v1</c>.</summary>
    public Uri Endpoint => new(_app.Urls.Single() + "/v1");

    /// <summary>What <c>GET /v1/models</c> lists.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["scripted-model"];

    public ScriptedAnswer Otherwise { get; set; } = ScriptedAnswer.Text("A scripted", " answer.");

    /// <summary>The requests for completions so far.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>How often the models were listed.</summary>
    public int ModelRequests { get; private set; }

    /// <summary>Completes when an answer has begun to hang.</summary>
    public Task Hanging => _hanging.Task;

    public static async Task<ScriptedOpenAiServer> StartAsync(params ScriptedAnswer[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new ScriptedOpenAiServer(app);
        server.Add(script);
        app.MapPost("/v1/chat/completions", server.CompleteAsync);
        app.MapGet("/v1/models", server.ListModels);
        await app.StartAsync();
        return server;
    }

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

    private IResult ListModels()
    {
        ModelRequests++;
        return Results.Json(new { @object = "list", data = Models.Select(id => new { id, @object = "model", created = 1, owned_by = "tests" }) });
    }

    private async Task CompleteAsync(HttpContext context)
    {
        using var json = await JsonDocument.ParseAsync(context.Request.Body);
        var request = new ScriptedRequest(json.RootElement.Clone(), context.Request.Headers.Authorization.ToString());
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

    private async Task StreamAsync(HttpContext context, ScriptedAnswer answer)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var delta in answer.Deltas)
        {
            await Task.Delay(answer.Delay, _end.Token);
            await SendAsync(context, Chunk(new { role = "assistant", content = delta }, null));
        }
        await answer.EndAfter.WaitAsync(_end.Token);
        switch (answer.End)
        {
            case ScriptedAnswer.Ending.Cut:
                context.Abort();
                return;
            case ScriptedAnswer.Ending.TooEarly:
                return;
            case ScriptedAnswer.Ending.Garbage:
                await context.Response.WriteAsync("data: {\"choices\": [{]\n\n");
                return;
            case ScriptedAnswer.Ending.Hang:
                await HangAsync(context);
                return;
        }
        if (answer.ToolCall is { } call)
        {
            // In two pieces, as providers send them.
            var half = call.Arguments.Length / 2;
            var first = new { index = 0, id = call.Id, type = "function", function = new { name = call.Name, arguments = call.Arguments[..half] } };
            var second = new { index = 0, function = new { arguments = call.Arguments[half..] } };
            await SendAsync(context, Chunk(new { tool_calls = new[] { first } }, null));
            await SendAsync(context, Chunk(new { tool_calls = new[] { second } }, null));
        }
        await SendAsync(context, Chunk(new { }, answer.FinishReason));
        if (answer.Usage is { } usage)
        {
            await SendAsync(context, Completion("chat.completion.chunk", [], usage));
        }
        await context.Response.WriteAsync("data: [DONE]\n\n");
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

    private static async Task SendAsync(HttpContext context, object chunk)
    {
        await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk)}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private static object Chunk(object delta, string? finishReason) =>
        Completion("chat.completion.chunk", [new { index = 0, delta, finish_reason = finishReason }], null);

    private static object Whole(ScriptedAnswer answer)
    {
        var message = new { role = "assistant", content = string.Concat(answer.Deltas) };
        return Completion("chat.completion", [new { index = 0, message, finish_reason = answer.FinishReason }], answer.Usage);
    }

    private static object Completion(string type, object[] choices, (int Prompt, int Completion)? usage) => new
    {
        id = "chatcmpl-1",
        @object = type,
        created = 1,
        model = "scripted-model",
        choices,
        usage = usage is var (prompt, completion)
            ? new { prompt_tokens = prompt, completion_tokens = completion, total_tokens = prompt + completion }
            : null,
    };
}

/// <summary>A request as it came in.</summary>
/// <param name="Json">Its body.</param>
/// <param name="Authorization">Its header.</param>
internal sealed record ScriptedRequest(JsonElement Json, string Authorization)
{
    public bool IsStreaming => Json.TryGetProperty("stream", out var stream) && stream.GetBoolean();

    /// <summary>The messages as (role, content).</summary>
    public IReadOnlyList<(string Role, string Content)> Messages =>
        [.. Json.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").ToString()))];
}
