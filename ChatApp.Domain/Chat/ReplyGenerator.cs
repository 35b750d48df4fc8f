using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Tools;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>
/// Generates one answer from its prompt to its stored end. Database contexts live only for the steps before and after the model's stream.
/// </summary>
public sealed partial class ReplyGenerator(
    IServiceScopeFactory scopes, IModelCatalog models, Toolbox toolbox, ToolLoop loop, ReplyFeed feed, TimeProvider clock, IOptions<ChatSettings> settings, ILogger<ReplyGenerator> log)
{
    /// <summary>Runs until the answer's end is stored. It does not throw: every failure is an end of its own.</summary>
    /// <param name="job">The answer to generate.</param>
    /// <param name="shutdown">Interrupts the answer; what there is of it is kept.</param>
    public async Task RunAsync(ReplyJob job, CancellationToken shutdown)
    {
        var draft = new ReplyDraft(job);
        using var timeout = new CancellationTokenSource(settings.Value.ReplyTimeout, clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(shutdown, job.Live.Stopping, timeout.Token);
        try
        {
            var prepared = await PrepareAsync(job, any.Token);
            await loop.RunAsync(draft, prepared, any.Token);
            draft.Complete();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            draft.Fail(ReplyErrorCode.Timeout, $"The reply took longer than {settings.Value.ReplyTimeout.InWords}.");
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested)
        {
            draft.Interrupt(job.Live.Stopping.IsCancellationRequested);
        }
        catch (InvalidException)
        {
            draft.Fail(ReplyErrorCode.ProviderRefused, $"The model “{job.Reply.Model}” is not available any more. Choose another one.");
        }
        catch (QuotaExceededException e)
        {
            draft.Fail(ReplyErrorCode.QuotaExceeded, e.Message);
        }
        catch (ModelException e)
        {
            draft.Fail(e.Code, e.Message);
            LogProviderFailed(job.Reply.Id, e.Code, e.InnerException?.GetType().Name);
        }
#pragma warning disable CA1031 // the session must become usable again, whatever happened
        catch (Exception e)
#pragma warning restore CA1031
        {
            draft.Fail(ReplyErrorCode.Internal, "The reply could not be generated because of an internal error.");
            LogFailed(job.Reply.Id, e.GetType().Name, e.StackTrace); // not its message, which may contain the chat
        }
        await EndAsync(draft);
    }

    // A message that was accepted is answered, also if the database goes away for a moment right after that.
    private async Task<PreparedReply> PrepareAsync(ReplyJob job, CancellationToken ct)
    {
        var tools = job.Options is null && models.Get(job.Reply.Model).SupportsTools ? await toolbox.ListAsync(ct) : [];
        return await scopes.UsePatientlyAsync((ReplyPreparation preparation) => preparation.PrepareAsync(job, tools, ct), clock, ct);
    }

    private async Task EndAsync(ReplyDraft draft)
    {
        // Nobody may hear of an end that is not stored, and no session may stay shut: until it is, whatever the database says, for example
        // while it restarts or takes only reads.
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = wait < TimeSpan.FromSeconds(5) ? wait * 2 : wait)
        {
            try
            {
                var end = await scopes.UseAsync((ReplyCloser closer) => closer.CloseAsync(draft, CancellationToken.None));
                feed.Close(draft.Job.Live);
                draft.Job.Live.Finish(end);
                return;
            }
#pragma warning disable CA1031 // see above
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogWaiting(draft.Job.Reply.Id, e.GetBaseException().GetType().Name, wait);
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
