using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Support;

/// <summary>Implements OpenAI's chat completions.</summary>
internal class ScriptedOpenAiServer : ScriptedModelServer
{
    /// <summary>The root of the API, ending in <c>/v1</c>.</summary>
    public Uri Endpoint => new(Root, "/v1");

    /// <summary>The models that <c>GET /v1/models</c> lists.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["scripted-model"];

    /// <summary>The number of requests for the list of models.</summary>
    public int ModelRequests { get; private set; }

    /// <summary>The response of <c>GET /v1/models</c> instead of the list: a status and a body.</summary>
    public (int Status, string Body)? ListResponse { get; set; }

    /// <summary>The list of models waits for this task.</summary>
    public Task ListAfter { get; set; } = Task.CompletedTask;

    public static async Task<ScriptedOpenAiServer> StartAsync(params ScriptedReply[] script)
    {
        var server = new ScriptedOpenAiServer();
        await server.ListenAsync(script, server.Map);
        return server;
    }

    protected virtual void Map(WebApplication app)
    {
        app.MapPost("/v1/chat/completions", ReplyAsync);
        app.MapGet("/v1/models", ListModelsAsync);
    }

    protected override Task SendTextAsync(HttpContext context, string text) => SendAsync(context, Chunk(new { role = "assistant", content = text }, null));

    protected override async Task SendEndAsync(HttpContext context, ScriptedReply reply)
    {
        foreach (var (i, (id, name, arguments)) in reply.ToolCalls.Index())
        {
            // In two parts, as providers send them.
            var (index, half) = (reply.SameIndex ? 0 : i, arguments.Length / 2);
            await SendAsync(context, Chunk(new { tool_calls = new[] { Call(index, id, name, arguments[..half]) } }, null));
            await SendAsync(context, Chunk(new { tool_calls = new[] { new { index, function = new { arguments = arguments[half..] } } } }, null));
        }
        await SendAsync(context, Chunk(new { }, reply.FinishReason));
        if (reply.Usage is { } usage)
        {
            await SendAsync(context, Completion("chat.completion.chunk", [], usage));
        }
        await context.Response.WriteAsync("data: [DONE]\n\n");
    }

    protected override object Whole(ScriptedReply reply)
    {
        var calls = reply.ToolCalls.Select((c, i) => Call(i, c.Id, c.Name, c.Arguments)).ToList();
        var message = new { role = "assistant", content = string.Concat(reply.Deltas), tool_calls = calls.Count == 0 ? null : calls };
        return Completion("chat.completion", [new { index = 0, message, finish_reason = reply.FinishReason }], reply.Usage);
    }

    private async Task<IResult> ListModelsAsync()
    {
        ModelRequests++;
        await ListAfter.WaitAsync(End);
        return ListResponse is var (status, body) ? Results.Text(body, "application/json", statusCode: status)
            : Results.Json(new { @object = "list", data = Models.Select(id => new { id, @object = "model", created = 1, owned_by = "tests" }) });
    }

    private static object Chunk(object delta, string? finishReason) =>
        Completion("chat.completion.chunk", [new { index = 0, delta, finish_reason = finishReason }], null);

    private static object Call(int index, string? id, string name, string arguments) =>
        new { index, id, type = "function", function = new { name, arguments } };

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
