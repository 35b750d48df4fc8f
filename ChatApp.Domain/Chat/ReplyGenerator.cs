using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>
/// Generates one answer from its prompt to its stored end. Database contexts live only for the steps before and after the model's stream.
/// </summary>
public sealed partial class ReplyGenerator(
    IServiceScopeFactory scopes, IModelCatalog models, PersonaCatalog personas, ReplyFeed feed,
    TimeProvider clock, IOptions<ChatSettings> settings, ILogger<ReplyGenerator> log)
{
    /// <summary>Runs until the answer's end is stored. It does not throw: every failure is an end of its own.</summary>
    /// <param name="job">The answer to generate.</param>
    /// <param name="stop">Interrupts the answer; what there is of it is kept.</param>
    public async Task RunAsync(ReplyJob job, CancellationToken stop)
    {
        var draft = new ReplyDraft(job, clock.GetTimestamp());
        using var timeout = new CancellationTokenSource(settings.Value.ReplyTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        try
        {
            await StreamAsync(draft, either.Token);
            draft.Complete();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            draft.Interrupt();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            draft.Fail(ReplyErrorCode.Timeout, $"The model did not finish within {settings.Value.ReplyTimeout.TotalMinutes:0.#} minutes.");
        }
        catch (ModelException e)
        {
            draft.Fail(e.Code, e.Message);
            LogProviderFailed(job.ReplyId, e.Code, e.InnerException?.GetType().Name);
        }
#pragma warning disable CA1031 // the session must become usable again, whatever happened
        catch (Exception e)
#pragma warning restore CA1031
        {
            draft.Fail(ReplyErrorCode.Internal, "The answer could not be generated because of an internal error.");
            LogFailed(job.ReplyId, e.GetType().Name, e.StackTrace); // not its message, which may contain the chat
        }
        await EndAsync(draft);
    }

    private async Task StreamAsync(ReplyDraft draft, CancellationToken ct)
    {
        var (prompt, persona, model) = await PrepareAsync(draft.Job, ct);
        draft.Begin(model, prompt);
        var options = new ChatOptions
        {
            Temperature = persona.Temperature,
            MaxOutputTokens = persona.MaxTokens,
            AdditionalProperties = new ChatCaller(draft.Job.UserId, draft.Job.SessionId).ToProperties(),
        };
        await foreach (var update in model.Client.GetStreamingResponseAsync(prompt.Messages, options, ct))
        {
            if (!draft.Add(update))
            {
                break; // as long as an answer may get
            }
        }
    }

    private async Task<(Prompt Prompt, Persona Persona, ChatModel Model)> PrepareAsync(ReplyJob job, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        var reply = await db.Messages.AsNoTracking().SingleAsync(m => m.Id == job.ReplyId, ct);
        var persona = personas.Get(await db.Sessions.Where(s => s.Id == job.SessionId).Select(s => s.Persona).SingleAsync(ct));
        var model = models.Get(reply.Model);
        // More messages than tokens cannot fit.
        var history = await db.Messages.AsNoTracking().InSession(job.SessionId).Live()
            .Where(m => m.Seq < reply.Seq && m.Content != "")
            .OrderByDescending(m => m.Seq).Take(model.ContextWindow / PromptBuilder.TokensPerMessage).ToListAsync(ct);
        return (PromptBuilder.Build(persona, history, model.ContextWindow), persona, model);
    }

    private async Task EndAsync(ReplyDraft draft)
    {
        // Nobody may hear of an end that is not stored, and no session may stay shut: until it is, whatever the database says, for example
        // while it restarts or takes only reads.
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var end = await scope.ServiceProvider.GetRequiredService<ReplyCloser>()
                    .CloseAsync(draft, clock.GetElapsedTime(draft.StartedAt), CancellationToken.None);
                feed.Close(draft.Job.ReplyId);
                draft.Job.Live.Finish(end);
                return;
            }
#pragma warning disable CA1031 // see above
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogWaiting(draft.Job.ReplyId, e.GetBaseException().GetType().Name, wait);
                await Task.Delay(wait, clock, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} failed at the provider: {Code} ({Cause})")]
    private partial void LogProviderFailed(Guid replyId, string code, string? cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reply {ReplyId} failed: {Exception}\n{StackTrace}")]
    private partial void LogFailed(Guid replyId, string exception, string? stackTrace);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} cannot be stored yet ({Exception}), trying again in {Wait}")]
    private partial void LogWaiting(Guid replyId, string exception, TimeSpan wait);
}
