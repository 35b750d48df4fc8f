using System.Security.Cryptography;
using System.Text;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Security;

/// <summary>An attempt that has to wait.</summary>
/// <param name="Wait">How long.</param>
/// <param name="IsFirst">Whether it is the first one refused since the last one that was not.</param>
public readonly record struct RefusedAttempt(TimeSpan Wait, bool IsFirst);

/// <summary>
/// Slows down the guessing of secrets, across all instances (docs/decisions/0037). Each attempt is counted before the secret is checked, so that concurrent ones
/// cannot slip through, and forgotten when it succeeds. The first five cost nothing; each further one doubles the delay.
/// </summary>
public sealed class AttemptLimiter(ChatDbContext db, TimeProvider clock)
{
    /// <summary>Attempts without a delay.</summary>
    public const int FreeAttempts = 5;

    /// <summary>So many networks that guess the same password within <see cref="AttackWindow"/> are an attack: they share their attempts.</summary>
    public const int NetworksOfAnAttack = 20;

    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);

    /// <summary>The longest delay. A later time in the database was set by a wrong clock and is ignored.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);

    /// <summary>After a day without attempts counting begins anew.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private static readonly TimeSpan AttackWindow = TimeSpan.FromHours(1);

    private const string Everybody = "";

    /// <summary>Counts an attempt.</summary>
    /// <param name="subject">What is guessed.</param>
    /// <param name="source">Who guesses.</param>
    /// <returns>Null: check the secret, and report a success with <see cref="ForgetAsync"/>.</returns>
    public Task<RefusedAttempt?> CountAsync(string subject, string source) => CountAsync(Hash(subject), source, FreeAttempts);

    /// <summary>Counts an attempt from a network. While many networks guess, they share their attempts, of which there is one at a time.</summary>
    /// <inheritdoc cref="CountAsync(string, string)"/>
    public async Task<RefusedAttempt?> CountFromNetworkAsync(string subject, string network)
    {
        var hash = Hash(subject);
        if (await CountAsync(hash, network, FreeAttempts) is { } refused)
        {
            return refused;
        }
        var since = clock.Now() - AttackWindow;
        var networks = await db.AttemptLimits.CountAsync(a => a.Subject == hash && a.UpdatedAt > since && a.Source != Everybody);
        return networks > NetworksOfAnAttack ? await CountAsync(hash, Everybody, 0) : null;
    }

    /// <summary>Forgets the attempts of a source, which has proved to know the secret.</summary>
    public Task ForgetAsync(string subject, string source)
    {
        var hash = Hash(subject);
        return db.AttemptLimits.Where(a => a.Subject == hash && a.Source == source).ExecuteDeleteAsync();
    }

    /// <summary>Forgets all attempts.</summary>
    public Task ForgetAllAsync(IEnumerable<string> subjects, CancellationToken ct)
    {
        var hashes = subjects.Select(Hash).ToArray();
        return db.AttemptLimits.Where(a => hashes.Contains(a.Subject)).ExecuteDeleteAsync(ct);
    }

    /// <summary>Those of the subjects for which somebody has to wait.</summary>
    public async Task<IReadOnlySet<string>> FindDelayedAsync(IReadOnlyCollection<string> subjects, CancellationToken ct)
    {
        var (hashes, now, latest) = (subjects.Select(Hash).ToArray(), clock.Now(), clock.Now() + LongestDelay);
        var delayed = await db.AttemptLimits.Where(a => hashes.Contains(a.Subject) && a.RetryAt > now && a.RetryAt <= latest).Select(a => a.Subject).Distinct().ToListAsync(ct);
        var found = delayed.Select(Convert.ToHexString).ToHashSet();
        return subjects.Where(s => found.Contains(Convert.ToHexString(Hash(s)))).ToHashSet();
    }

    public Task CleanUpAsync(CancellationToken ct)
    {
        var due = clock.Now() - Memory;
        return db.AttemptLimits.Where(a => a.UpdatedAt < due).ExecuteDeleteAsync(ct);
    }

    // Not cancelled when the client disconnects: an attempt that is not waited for counts as well.
    private async Task<RefusedAttempt?> CountAsync(byte[] subject, string source, int free)
    {
        var now = clock.Now();
        var (latest, forgotten) = (now + LongestDelay, now - Memory);
        var (first, longest) = (FirstDelay.TotalSeconds, LongestDelay.TotalSeconds);
        var firstRetryAt = free == 0 ? now + FirstDelay : (DateTimeOffset?)null;
        var counted = await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO attempt_limits AS a (subject, source, attempts, retry_at, noted, updated_at) VALUES ({subject}, {source}, 1, {firstRetryAt}, false, {now})
            ON CONFLICT (subject, source) DO UPDATE SET
                attempts = CASE WHEN a.updated_at < {forgotten} THEN 1 ELSE a.attempts + 1 END,
                retry_at = CASE WHEN a.updated_at >= {forgotten} AND a.attempts + 1 >= {free}
                    THEN {now} + make_interval(secs => least({longest}, {first} * power(2, least(a.attempts + 1 - {free}, 10)))) ELSE {firstRetryAt} END,
                noted = false,
                updated_at = {now}
            WHERE a.retry_at IS NULL OR a.retry_at <= {now} OR a.retry_at > {latest}
            """, CancellationToken.None);
        if (counted == 1)
        {
            return null;
        }
        var limit = await db.AttemptLimits.AsNoTracking().FirstOrDefaultAsync(a => a.Subject == subject && a.Source == source, CancellationToken.None);
        var isFirst = limit is { Noted: false } && await db.AttemptLimits.Where(a => a.Subject == subject && a.Source == source && !a.Noted)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.Noted, true), CancellationToken.None) == 1;
        var wait = (limit?.RetryAt ?? now) - now; // it may have been forgotten in the meantime
        return new(TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, longest)), isFirst);
    }

    private static byte[] Hash(string subject) => SHA256.HashData(Encoding.UTF8.GetBytes(subject));
}
