using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Support;

/// <summary>Implements Anthropic's messages API.</summary>
internal sealed class ScriptedAnthropicServer : ScriptedModelServer
{
    /// <summary>The root of the service.</summary>
    public Uri Endpoint => Root;

    /// <summary>The models that <c>GET /v1/models</c> lists: id, name, and the two limits.</summary>
    public IReadOnlyList<(string Id, string Name, int? Input, int? Output)> Models { get; set; } = [("claude-scripted-1", "Claude Scripted 1", 200_000, 64_000)];

    protected override string Garbage => "event: content_block_delta\ndata: {\"delta\": [{]\n\n";

    public static async Task<ScriptedAnthropicServer> StartAsync(params ScriptedReply[] script)
    {
        var server = new ScriptedAnthropicServer();
        await server.ListenAsync(script, app =>
        {
            app.MapPost("/v1/messages", server.ReplyAsync);
            app.MapGet("/v1/models", server.ListModels);
        });
        return server;
    }

    /// <summary>An error response in Anthropic's format.</summary>
    public static ScriptedReply Fail(int status, string type, string message = "Something is wrong.") =>
        ScriptedReply.FailWith(status, new { type = "error", error = new { type, message }, request_id = "req_1" });

    protected override Task SendBeginningAsync(HttpContext context, ScriptedReply reply) => SendEventAsync(context, new
    {
        type = "message_start",
        message = Message(reply, [], null, reply.Usage is var (prompt, _) ? Usage(prompt, 1) : null),
    });

    protected override async Task SendTextAsync(HttpContext context, string text)
    {
        await SendEventAsync(context, new { type = "content_block_start", index = 0, content_block = new { type = "text", text = "" } });
        await SendEventAsync(context, new { type = "ping" });
        await SendEventAsync(context, new { type = "content_block_delta", index = 0, delta = new { type = "text_delta", text } });
        await SendEventAsync(context, new { type = "content_block_stop", index = 0 });
    }

    protected override async Task SendEndAsync(HttpContext context, ScriptedReply reply)
    {
        foreach (var (i, (id, name, arguments)) in reply.ToolCalls.Index())
        {
            var (index, half) = (i + 1, arguments.Length / 2);
            await SendEventAsync(context, new { type = "content_block_start", index, content_block = new { type = "tool_use", id, name, input = new { } } });
            await SendEventAsync(context, new { type = "content_block_delta", index, delta = new { type = "input_json_delta", partial_json = arguments[..half] } });
            await SendEventAsync(context, new { type = "content_block_delta", index, delta = new { type = "input_json_delta", partial_json = arguments[half..] } });
            await SendEventAsync(context, new { type = "content_block_stop", index });
        }
        if (reply.ErrorType is { } type)
        {
            await SendEventAsync(context, new { type = "error", error = new { type, message = "Private detail." } });
            return;
        }
        await SendEventAsync(context, new
        {
            type = "message_delta",
            delta = new { stop_reason = reply.FinishReason, stop_sequence = (string?)null },
            usage = reply.Usage is var (_, completion) ? new { output_tokens = completion } : null,
        });
        await SendEventAsync(context, new { type = "message_stop" });
    }

    protected override object Whole(ScriptedReply reply)
    {
        object[] content =
        [
            .. reply.Deltas.Select(text => new { type = "text", text }),
            .. reply.ToolCalls.Select(c => new { type = "tool_use", id = c.Id, name = c.Name, input = JsonElement.Parse(c.Arguments) }),
        ];
        return Message(reply, content, reply.FinishReason, reply.Usage is var (prompt, completion) ? Usage(prompt, completion) : null);
    }

    private IResult ListModels() => Results.Json(new
    {
        data = Models.Select(m => new
        {
            type = "model",
            id = m.Id,
            display_name = m.Name,
            created_at = "2026-01-01T00:00:00Z",
            max_input_tokens = m.Input,
            max_tokens = m.Output,
        }),
        has_more = false,
        first_id = Models[0].Id,
        last_id = Models[^1].Id,
    });

    private static Task SendEventAsync(HttpContext context, object data) =>
        SendAsync(context, data, JsonSerializer.SerializeToElement(data).GetProperty("type").GetString());

    private static object Message(ScriptedReply reply, object[] content, string? stopReason, object? usage) => new
    {
        id = "msg_1",
        type = "message",
        role = "assistant",
        model = "claude-scripted-1",
        content,
        stop_reason = stopReason,
        stop_sequence = (string?)null,
        usage,
    };

    private static object Usage(int prompt, int completion) => new { input_tokens = prompt, output_tokens = completion };
}
