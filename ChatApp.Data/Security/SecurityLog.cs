using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ChatApp.Data.Security;

/// <summary>
/// Writes the security log, to its table and to the app's log. An entry is written even if the client has disconnected, and in the caller's transaction if
/// there is one: write failures after a rollback.
/// </summary>
public sealed partial class SecurityLog(
    ChatDbContext db, IRequestOrigin origin, TimeProvider clock, IOptions<SecuritySettings> settings, ILogger<SecurityLog> log)
{
    /// <summary>Adds an entry. Who did it, and from where, is the current request's.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="subject">The account that it was done to; null if unknown.</param>
    /// <param name="result">How it went.</param>
    /// <param name="detail">A few words, without secrets and without texts of users.</param>
    public async Task AddAsync(SecurityEventKind kind, Guid? subject, SecurityResult result = SecurityResult.Succeeded, string? detail = null)
    {
        var now = clock.Now();
        var (name, outcome) = (SnakeCase.Of(kind.ToString()), SnakeCase.Of(result.ToString()));
        // Who signs in has just proved to be the subject, whoever the browser was signed in as before.
        var proved = result == SecurityResult.Succeeded ? subject : null;
        var actor = kind is SecurityEventKind.SignIn or SecurityEventKind.SignInThrottled ? proved : origin.UserId ?? proved;
        var agent = VisibleText.Of(origin.UserAgent, SecurityEvent.UserAgentMaxLength);
        var words = VisibleText.Of(detail, SecurityEvent.DetailMaxLength);
        var (id, address) = (Guid.CreateVersion7(now), origin.Address);
        // Not through the change tracker: it may hold changes of the caller that are not to be saved yet.
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO security_events (id, created_at, kind, result, actor_id, subject_id, address, user_agent, detail)
            VALUES ({id}, {now}, {name}, {outcome}, {actor}, {subject}, {address}, {agent}, {words})
            """, CancellationToken.None);
        Write(result == SecurityResult.Succeeded ? LogLevel.Information : LogLevel.Warning, name, outcome, subject, actor, address, agent, words);
    }

    /// <summary>Removes who an account's entries are about, and from where they came; what happened stays. For an account that is being deleted.</summary>
    public async Task EraseAsync(Guid userId, CancellationToken ct)
    {
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await AllowAsync("erase", ct);
        await db.SecurityEvents.Where(e => e.ActorId == userId && e.SubjectId != userId)
            .ExecuteUpdateAsync(e => e.SetProperty(x => x.ActorId, (Guid?)null).SetProperty(x => x.Address, (string?)null).SetProperty(x => x.UserAgent, (string?)null), ct);
        await db.SecurityEvents.Where(e => e.SubjectId == userId).ExecuteUpdateAsync(e => e
            .SetProperty(x => x.ActorId, x => x.ActorId == userId ? null : x.ActorId).SetProperty(x => x.SubjectId, (Guid?)null)
            .SetProperty(x => x.Address, (string?)null).SetProperty(x => x.UserAgent, (string?)null).SetProperty(x => x.Detail, (string?)null), ct);
        await AllowAsync("", ct);
        if (transaction is not null)
        {
            await transaction.CommitAsync(ct);
        }
    }

    /// <summary>Deletes entries older than the retention.</summary>
    public async Task CleanUpAsync(CancellationToken ct)
    {
        var due = clock.Now() - settings.Value.LogRetention;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await AllowAsync("retention", ct);
        await db.SecurityEvents.Where(e => e.CreatedAt < due).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
    }

    // A trigger refuses changes unless the transaction says what they are for.
    private Task<int> AllowAsync(string purpose, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT set_config('chatapp.security_log', {purpose}, true)", ct);

    [LoggerMessage(Message = "Security: {Kind} {Result}, account {Subject}, by {Actor}, from {Address}, with {UserAgent}, {Detail}")]
    private partial void Write(LogLevel level, string kind, string result, Guid? subject, Guid? actor, string? address, string? userAgent, string? detail);
}
