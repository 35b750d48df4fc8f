using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using AiMessage = Microsoft.Extensions.AI.ChatMessage;

namespace ChatApp.Domain.Chat.Tools;

/// <summary>
/// Lets a model take turns with its tools until it answers: each turn is a call to its provider, whose wishes are carried out and told to it in the
/// next one. In the last turn that <see cref="ChatSettings.MaxToolRounds"/> allows it may not call any more.
/// </summary>
public sealed class ToolLoop(ProviderCaller provider, ToolRunner runner, IServiceScopeFactory scopes, IOptions<ChatSettings> settings)
{
    // Even in a full context window a result says something.
    private const int ResultMinLength = 1_000;
    private const int CharactersPerToken = 3;

    /// <summary>Streams the answer into the draft.</summary>
    public async Task RunAsync(ReplyDraft draft, PreparedReply prepared, CancellationToken ct)
    {
        draft.Omit(prepared.Prompt.Omitted);
        var request = new ModelRequest(prepared.Model, prepared.Persona, prepared.Prompt.Messages, prepared.Tools);
        for (var round = 1; ; round++)
        {
            request = request with { MayCall = request.Tools.Count > 0 && round <= settings.Value.MaxToolRounds };
            await CoverAsync(draft, request, ct);
            var before = draft.Content.Length;
            var calls = await provider.CallAsync(draft, request, ct);
            if (calls.Count == 0)
            {
                return;
            }
            if (!request.MayCall)
            {
                draft.NoteToolRoundsUsedUp();
                return;
            }
            var results = await runner.RunAsync(draft, request.Tools, calls, ResultLength(request, calls.Count), ct);
            request = request with { Messages = [.. request.Messages, Turn(draft.Content[before..].Trim(), calls), new(ChatRole.Tool, [.. results])] };
            draft.BeginTurn();
        }
    }

    private static AiMessage Turn(string text, IReadOnlyList<FunctionCallContent> calls) =>
        new(ChatRole.Assistant, [.. text.Length > 0 ? [new TextContent(text)] : Array.Empty<AIContent>(), .. calls]);

    // What is left of the window after the prompt and the answer, for each result its share.
    private static int ResultLength(ModelRequest request, int calls)
    {
        var room = request.Model.ContextWindow - request.EstimatedTokens - request.Persona.MaxTokens;
        return Math.Clamp(room * CharactersPerToken / calls, ResultMinLength, ToolCall.ResultMaxLength);
    }

    private Task CoverAsync(ReplyDraft draft, ModelRequest request, CancellationToken ct)
    {
        var reply = draft.Job.Reply;
        if (reply.ReservedTokens == 0)
        {
            return Task.CompletedTask; // no quota: nothing to measure
        }
        var most = draft.Calls.Sum(c => c.Usage.TotalTokens) + request.MostTokens;
        return most <= reply.ReservedTokens ? Task.CompletedTask
            : scopes.UseAsync((QuotaService quotas) => quotas.ExtendAsync(reply, most - reply.ReservedTokens, ct));
    }
}
