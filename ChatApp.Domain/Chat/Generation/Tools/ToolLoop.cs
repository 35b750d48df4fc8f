using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Models;
using ChatApp.Domain.Usage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Domain.Chat.Generation.Tools;

/// <summary>
/// Lets a model take turns with its tools until it replies: each turn is a call to its provider; the requested tools are run, and the next turn gets
/// their results. After <see cref="ChatSettings.MaxToolRounds"/> rounds it may not call tools.
/// </summary>
public sealed partial class ToolLoop(
    IModelCatalog models, IEnumerable<IToolSource> sources, ModelCaller caller, ToolRunner runner, IServiceScopeFactory scopes, TimeProvider clock,
    IOptions<ChatSettings> settings, ILogger<ToolLoop> log)
{
    // The minimum for each result, even in a full context window.
    private const int ResultMinLength = 1_000;
    private const int CharactersPerToken = 3;

    /// <summary>Streams the reply into the run.</summary>
    public async Task RunAsync(ReplyRun run, CancellationToken ct)
    {
        var tools = run.Options is null && (await models.FindAsync(run.Reply.Model, ct)).SupportsTools ? await ListAsync(ct) : [];
        // An accepted message gets its reply even if the database becomes unavailable right afterwards.
        var request = await scopes.UseWithRetryAsync((PromptBuilder prompts) => prompts.BuildAsync(run, tools, ct), clock, ct);
        run.Omit(request.Omitted);
        for (var round = 1; ; round++)
        {
            request = request with { MayCall = request.Tools.Count > 0 && round <= settings.Value.MaxToolRounds };
            var limited = await LimitAsync(run, request, ct);
            var before = run.Running.Length;
            var calls = await caller.CallAsync(limited, run.Add, run.Charge, ct);
            if (calls.Count == 0)
            {
                return;
            }
            if (!request.MayCall)
            {
                run.NoteToolRoundsUsedUp();
                return;
            }
            var results = await runner.RunAsync(run, request.Tools, calls, ResultLength(request, calls.Count), ct);
            request = request with { Messages = [.. request.Messages, Turn(run.Running.From(before).Trim(), calls), new(ChatRole.Tool, [.. results])] };
            run.BeginTurn();
        }
    }

    // All sources at the same time. A failing source offers nothing and affects no other; of two tools with the same name, the first source's is offered.
    private async Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct)
    {
        var lists = await Task.WhenAll(sources.Select(s => ListAsync(s, ct)));
        return [.. lists.SelectMany(tools => tools).DistinctBy(tool => tool.Name)];
    }

    private async Task<IReadOnlyList<ChatTool>> ListAsync(IToolSource source, CancellationToken ct)
    {
        try
        {
            return await source.ListAsync(ct).WaitAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(source.GetType().Name, e.GetType().Name);
            return [];
        }
    }

    private static AiMessage Turn(string text, IReadOnlyList<FunctionCallContent> calls) =>
        new(ChatRole.Assistant, [.. text.Length > 0 ? [new TextContent(text)] : Array.Empty<AIContent>(), .. calls]);

    // What is left of the window after the prompt and the reply, shared equally by the results.
    private static int ResultLength(ModelRequest request, int calls)
    {
        var room = request.Model.ContextWindow - request.EstimatedTokens - request.Persona.MaxTokens;
        return Math.Clamp(room * CharactersPerToken / calls, ResultMinLength, ToolCall.ResultMaxLength);
    }

    private Task<ModelRequest> LimitAsync(ReplyRun run, ModelRequest request, CancellationToken ct) => run.Reply.ReservedTokens == 0
        ? Task.FromResult(request) // no quota
        : scopes.UseAsync((QuotaService quotas) => quotas.LimitAsync(run.Reply, run.Calls.Sum(c => c.Usage.TotalTokens), request, ct));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} cannot list its tools: {Exception}")]
    private partial void LogFailed(string source, string exception);
}
