using System.Globalization;
using System.Text.Json;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Domain.Text;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat.Generation.Tools;

/// <summary>Runs the tool calls of a model's turn, all at the same time, and stores their progress with the reply, visible to every tab and instance.</summary>
public sealed partial class ToolRunner(
    IServiceScopeFactory scopes, ToolApprovals approvals, ChangeSignals signals, TimeProvider clock, IOptions<ChatSettings> settings, ILogger<ToolRunner> log)
{
    private const string CutNote = "\n[The result was longer and has been cut here.]";

    /// <summary>Runs until all calls have ended. Failures of tools become results for the model.</summary>
    /// <param name="run">The reply.</param>
    /// <param name="tools">The tools that were offered.</param>
    /// <param name="calls">The requested calls.</param>
    /// <param name="resultLength">The longest result, in UTF-16 units.</param>
    /// <param name="ct">Ends the reply.</param>
    /// <returns>The results, in the order of the calls.</returns>
    public async Task<IReadOnlyList<FunctionResultContent>> RunAsync(
        ReplyRun run, IReadOnlyList<ChatTool> tools, IReadOnlyList<FunctionCallContent> calls, int resultLength, CancellationToken ct)
    {
        var round = run.Running.ToolCalls.Select(c => c.Round).DefaultIfEmpty().Max() + 1;
        var running = new List<Task<FunctionResultContent>>();
        foreach (var wanted in calls)
        {
            var tool = tools.FirstOrDefault(t => t.Name == wanted.Name);
            var call = run.NewToolCall(tool, StorableText.Clean(wanted.Name), Arguments(wanted), round);
            running.Add(RunAsync(run, tool, call, wanted, resultLength, ct));
        }
        return await Task.WhenAll(running);
    }

    private async Task<FunctionResultContent> RunAsync(
        ReplyRun run, ChatTool? tool, ToolCall call, FunctionCallContent wanted, int resultLength, CancellationToken ct)
    {
        var started = clock.GetTimestamp();
        var (status, text) = (Refusal(tool, call, wanted) is { } refusal ? (ToolCallStatus.Failed, refusal)
            : tool!.RequiresApproval && await AskAsync(run, call, ct) is { } denial ? (ToolCallStatus.Denied, denial)
            : await InvokeAsync(run, tool, call, wanted, ct));
        var clean = StorableText.Clean(text);
        var shown = StorableText.Cut(clean, resultLength);
        var isCut = shown.Length < clean.Length;
        var over = call with
        {
            Status = status,
            Result = shown,
            Truncated = isCut,
            DurationMilliseconds = (int)Math.Min(clock.GetElapsedTime(started).TotalMilliseconds, int.MaxValue),
        };
        await ShowAsync(run, over, ct);
        return new(wanted.CallId, isCut ? shown + CutNote : shown);
    }

    private static string? Refusal(ChatTool? tool, ToolCall call, FunctionCallContent wanted) =>
        tool is null ? "There is no tool with this name."
        : wanted.Exception is not null || call.Arguments.ValueKind != JsonValueKind.Object ? "The arguments are not a JSON object that can be read, or are too long."
        : int.Parse(call.Id, CultureInfo.InvariantCulture) > ToolCall.MaxCalls ? "Too many tools have been called for this reply. Reply with what you have."
        : null;

    // Null: it may run.
    private async Task<string?> AskAsync(ReplyRun run, ToolCall call, CancellationToken ct)
    {
        if (await approvals.IsAllowedAsync(run.Reply, call.Name, ct))
        {
            return null;
        }
        await ShowAsync(run, call with { Status = ToolCallStatus.Asking }, ct);
        return await approvals.WaitAsync(run.Reply, call, ct) switch
        {
            ToolDecision.Once or ToolDecision.Session => null,
            ToolDecision.Deny => "The user does not allow this call.",
            _ => "The user was asked to allow this call and did not respond.",
        };
    }

    private async Task<(ToolCallStatus Status, string Text)> InvokeAsync(ReplyRun run, ChatTool tool, ToolCall call, FunctionCallContent wanted, CancellationToken ct)
    {
        await ShowAsync(run, call, ct);
        using var timeout = new CancellationTokenSource(settings.Value.ToolTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            var caller = new ChatCaller(run.Reply.UserId, run.Reply.SessionId);
            var arguments = new AIFunctionArguments(wanted.Arguments) { Context = new Dictionary<object, object?> { [typeof(ChatCaller)] = caller } };
            // The deadline does not rely on the tool: it may hang without observing the token.
            return (ToolCallStatus.Complete, Text(await tool.Function.InvokeAsync(arguments, either.Token).AsTask().WaitAsync(either.Token)));
        }
        catch (ToolException e)
        {
            return (ToolCallStatus.Failed, e.Message);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (timeout.IsCancellationRequested)
            {
                return (ToolCallStatus.Failed, $"The tool took longer than {settings.Value.ToolTimeout.InWords}.");
            }
            LogFailed(call.Name, run.Reply.Id, e.GetType().Name);
            return (ToolCallStatus.Failed, "The tool failed.");
        }
    }

    private Task ShowAsync(ReplyRun run, ToolCall call, CancellationToken ct) => run.ShowAsync(call, async calls =>
    {
        try
        {
            var json = ToolCall.ToJson(calls);
            await scopes.UseAsync((IChatDb db) => db.Messages.WrittenBy(run.Reply).ExecuteUpdateAsync(m => m.SetProperty(x => x.ToolCalls, json), ct));
            signals.Raise(run.Reply.UserId, run.Reply.SessionId);
        }
        catch (Exception e) when (e.IsDatabaseUnavailable)
        {
            // They are stored with the reply's end, which waits for the database.
        }
    });

    private static JsonElement Arguments(FunctionCallContent wanted)
    {
        try
        {
            var arguments = JsonSerializer.SerializeToElement(wanted.Arguments ?? new Dictionary<string, object?>());
            if (arguments.GetRawText().Length <= ToolCall.ArgumentsMaxLength && StorableText.IsStorable(arguments))
            {
                return arguments;
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
        }
        return JsonSerializer.SerializeToElement("");
    }

    private static string Text(object? result) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString() ?? "",
        JsonElement json => json.GetRawText(),
        _ => JsonSerializer.Serialize(result),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tool {Tool} failed for reply {ReplyId}: {Exception}")]
    private partial void LogFailed(string tool, Guid replyId, string exception);
}
