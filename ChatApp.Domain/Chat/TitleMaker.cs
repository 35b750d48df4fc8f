using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Personas;
using ChatApp.Domain.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Domain.Chat;

/// <summary>
/// Has a model name a new session after its first exchange. Until then, and wherever that fails, it has the name of <see cref="SessionTitles.From"/>: nobody
/// waits for a title and nobody is told of a failure.
/// </summary>
public sealed partial class TitleMaker(
    IServiceScopeFactory scopes, IModelCatalog models, ProviderCaller provider, TimeProvider clock, IOptions<ChatSettings> settings, ILogger<TitleMaker> log)
{
    // When the first exchange had no luck, the next two have.
    private const long LastSeq = 6;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Names the session of an answer that has ended, if it is still to be named. It does not throw.</summary>
    public async Task RunAsync(ReplyJob job, CancellationToken ct)
    {
        if (job.Options is not null || job.Reply.Seq > LastSeq)
        {
            return;
        }
        using var timeout = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        try
        {
            await NameAsync(job.Reply, either.Token);
        }
        catch (OperationCanceledException)
        {
        }
        catch (ModelException e)
        {
            LogProviderFailed(job.Reply.SessionId, e.Code);
        }
#pragma warning disable CA1031 // a title is not worth more
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(job.Reply.SessionId, e.GetBaseException().GetType().Name);
        }
    }

    private async Task NameAsync(ChatMessage reply, CancellationToken ct)
    {
        var model = models.Get(settings.Value.TitleModel is { Length: > 0 } own ? own : reply.Model);
        if (!model.IsLanguageModel || await scopes.UseAsync((TitleService titles) => titles.BeginAsync(reply, model, ct)) is not { } call)
        {
            return;
        }
        // A draft that nobody listens to and that is no message.
        var draft = new ReplyDraft(new(
            new() { Id = reply.Id, UserId = reply.UserId, SessionId = reply.SessionId }, Persona.PlainKey, new LiveReply(reply.Id, reply.UserId, "", clock)));
        try
        {
            await provider.CallOnceAsync(draft, call.Request, ct);
        }
        finally
        {
            await scopes.UsePatientlyAsync((TitleService titles) => titles.CorrectAsync(draft.Job.Reply.UserId, call.Charged, draft.Calls.Single(), CancellationToken.None), clock, ct);
        }
        if (SessionTitles.FromModel(draft.Content) is { } title)
        {
            await scopes.UseAsync((TitleService titles) => titles.RenameAsync(reply, call.OldTitle, title, CancellationToken.None));
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} keeps its title: the provider failed ({Code})")]
    private partial void LogProviderFailed(Guid sessionId, string code);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Session {SessionId} keeps its title ({Exception})")]
    private partial void LogFailed(Guid sessionId, string exception);
}
