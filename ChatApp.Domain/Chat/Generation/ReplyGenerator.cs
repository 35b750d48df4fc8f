using System.Collections.Concurrent;
using ChatApp.Domain.Chat.Generation.Titles;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Models;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat.Generation;

/// <summary>
/// Generates replies from their prompts to their stored ends, outside of requests and all at once: they mostly wait for their models. Database contexts
/// live only for the steps before and after a model's stream.
/// </summary>
public sealed partial class ReplyGenerator(
    IServiceScopeFactory scopes, RunningReplies running, ToolLoop loop, ReplyJournalWriter journal, TitleGenerator titles, ChangeSignals signals,
    TimeProvider clock, IOptions<ChatSettings> settings, IOptions<SessionSettings> sessions, ILogger<ReplyGenerator> log) : IDisposable
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, Task> _tasks = new();
    private readonly CancellationTokenSource _shutdown = new();

    public void Dispose() => _shutdown.Dispose();

    /// <summary>Registers a reply whose message is about to be committed; <see cref="Start"/> or <see cref="Abandon"/> follows.</summary>
    /// <inheritdoc cref="RunningReplies.Open"/>
    public RunningReply Open(Guid id, Guid userId, ChatMessage? continued = null) => running.Open(id, userId, continued);

    /// <summary>Removes a reply whose message was not committed.</summary>
    public void Abandon(RunningReply reply) => running.Close(reply);

    /// <summary>Starts to generate a reply whose message is committed.</summary>
    public void Start(ReplyRun run)
    {
        signals.Raise(run.Reply.UserId, run.Reply.SessionId);
        Task task;
        using (ExecutionContext.SuppressFlow()) // nothing of the request, such as its trace, belongs to the reply
        {
            task = Task.Run(() => RunAsync(run));
        }
        _tasks[run.Reply.Id] = task;
        _ = task.ContinueWith(_ => _tasks.TryRemove(new(run.Reply.Id, task)), TaskScheduler.Default);
    }

    /// <summary>Interrupts all replies, and those that are started afterwards; their text is kept.</summary>
    public void BeginShutdown() => _shutdown.Cancel();

    /// <summary>Waits until the ends of all replies are stored.</summary>
    public Task CompleteAsync() => Task.WhenAll(_tasks.Values);

    /// <summary>Stores a reply's end unless it has been ended already: a compare-and-set on its status and its instance, so that exactly one end wins.</summary>
    /// <returns>The end that is stored, whoever stored it.</returns>
    public async Task<ReplyEnd> CloseAsync(ReplyRun run)
    {
        await journal.CloseAsync(run.Running);
        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<IReplyStore>().CloseAsync(run, clock.Now(), sessions.Value.TemporaryIdleTimeout, CancellationToken.None))
        {
            signals.Raise(run.Reply.UserId, run.Reply.SessionId);
            return new(run.Status, run.Usage(), run.Details.Error, run.Details.ErrorCode) { IsTruncated = run.Details.Truncated };
        }
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        return await db.Messages.AsNoTracking().OwnedBy(run.Reply.UserId).FirstOrDefaultAsync(m => m.Id == run.Reply.Id) is { } stored
            ? ReplyEnd.Of(stored)
            : ReplyEnd.Deleted;
    }

    // It does not throw: every failure is an end of its own.
    private async Task RunAsync(ReplyRun run)
    {
        using (var timeout = new CancellationTokenSource(settings.Value.ReplyTimeout, clock))
        using (var any = CancellationTokenSource.CreateLinkedTokenSource(_shutdown.Token, run.Running.Stopping, timeout.Token))
        {
            await GenerateAsync(run, timeout, any.Token);
        }
        await EndAsync(run);
        await titles.RunAsync(run, _shutdown.Token);
    }

    private async Task GenerateAsync(ReplyRun run, CancellationTokenSource timeout, CancellationToken any)
    {
        try
        {
            await loop.RunAsync(run, any);
            run.Complete();
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            run.Fail(ReplyErrorCode.Timeout, $"The reply took longer than {settings.Value.ReplyTimeout.InWords}.");
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested)
        {
            run.Interrupt(stopped: run.Running.Stopping.IsCancellationRequested);
        }
        catch (InvalidException)
        {
            run.Fail(ReplyErrorCode.ProviderRefused, $"The model “{run.Reply.Model}” is no longer available. Choose another one.");
        }
        catch (QuotaExceededException e)
        {
            run.Fail(ReplyErrorCode.QuotaExceeded, e.Message);
        }
        catch (ModelException e)
        {
            run.Fail(e.Code, e.Message);
            LogProviderFailed(run.Reply.Id, e.Code, e.InnerException?.GetType().Name);
        }
#pragma warning disable CA1031 // the session must become usable again, whatever happened
        catch (Exception e)
#pragma warning restore CA1031
        {
            run.Fail(ReplyErrorCode.Internal, "The reply could not be generated because of an internal error.");
            LogFailed(run.Reply.Id, e.GetType().Name, e.StackTrace); // not its message, which may contain the chat
        }
    }

    // No subscriber may receive an end that is not stored, and no session may stay busy: retried until it is, for example while the database restarts
    // or is read-only.
    private async Task EndAsync(ReplyRun run)
    {
        for (var backOff = TimeSpan.FromMilliseconds(100); ; backOff = backOff < LongestBackOff ? backOff * 2 : backOff)
        {
            try
            {
                var end = await CloseAsync(run);
                running.Close(run.Running);
                run.Running.Finish(end);
                return;
            }
#pragma warning disable CA1031 // see above
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogWaiting(run.Reply.Id, e.GetBaseException().GetType().Name, backOff);
                await Task.Delay(backOff, clock, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} failed at the provider: {Code} ({Cause})")]
    private partial void LogProviderFailed(Guid replyId, string code, string? cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reply {ReplyId} failed: {Exception}\n{StackTrace}")]
    private partial void LogFailed(Guid replyId, string exception, string? stackTrace);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reply {ReplyId} cannot be stored yet ({Exception}), retrying in {BackOff}")]
    private partial void LogWaiting(Guid replyId, string exception, TimeSpan backOff);
}
