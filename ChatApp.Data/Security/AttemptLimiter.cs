using System.Security.Cryptography;
using System.Text;
using ChatApp.Data.Accounts;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Security;

/// <summary>
/// Slows down the guessing of secrets, across all instances (docs/decisions/0037). Each attempt is counted before the secret is checked, so that concurrent ones
/// cannot slip through, and forgotten when it succeeds. The first five cost nothing; each further one doubles the delay.
/// </summary>
public sealed class AttemptLimiter(ChatDbContext db, SecurityLog security, TimeProvider clock)
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

    /// <summary>The source of those who share their attempts.</summary>
    public const string Everybody = "";

    /// <summary>Counts an attempt: check the secret, and report a success with <see cref="ForgetAsync"/>.</summary>
    /// <param name="secret">What is guessed.</param>
    /// <param name="source">Who guesses.</param>
    /// <exception cref="TooManyException">The source has to wait.</exception>
    public Task CountAsync(GuessedSecret secret, string source) => CountAsync(secret, source, FreeAttempts);

    /// <summary>Counts an attempt from a network. While many networks guess, they share their attempts, of which there is one at a time.</summary>
    /// <inheritdoc cref="CountAsync(GuessedSecret, string)"/>
    public async Task CountFromNetworkAsync(GuessedSecret secret, string network)
    {
        await CountAsync(secret, network, FreeAttempts);
        var (hash, since) = (Hash(secret.Subject), clock.Now() - AttackWindow);
        if (await db.AttemptLimits.CountAsync(a => a.Subject == hash && a.UpdatedAt > since && a.Source != Everybody) > NetworksOfAnAttack)
        {
            await CountAsync(secret, Everybody, 0);
        }
    }

    /// <summary>Forgets the attempts of a source, which has proved to know the secret.</summary>
    public Task ForgetAsync(GuessedSecret secret, string source)
    {
        var hash = Hash(secret.Subject);
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
    private async Task CountAsync(GuessedSecret secret, string source, int free)
    {
        var (subject, now) = (Hash(secret.Subject), clock.Now());
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
        if (counted != 1)
        {
            await RefuseAsync(secret, subject, source, now);
        }
    }

    // One entry in the security log for all attempts that are refused before the next one that is not.
    private async Task RefuseAsync(GuessedSecret secret, byte[] subject, string source, DateTimeOffset now)
    {
        var limit = await db.AttemptLimits.AsNoTracking().FirstOrDefaultAsync(a => a.Subject == subject && a.Source == source, CancellationToken.None);
        var seconds = ((limit?.RetryAt ?? now) - now).TotalSeconds; // it may have been forgotten in the meantime
        var wait = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 1, LongestDelay.TotalSeconds));
        if (limit is { Noted: false } && await db.AttemptLimits.Where(a => a.Subject == subject && a.Source == source && !a.Noted)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.Noted, true), CancellationToken.None) == 1)
        {
            await security.AddAsync(secret.Kind, secret.UserId, SecurityResult.Refused, $"for {wait.InWords}");
        }
        throw new TooManyException($"Too many failed attempts. Try again in {wait.InWords}.") { RetryAfter = wait };
    }

    private static byte[] Hash(string subject) => SHA256.HashData(Encoding.UTF8.GetBytes(subject));
}
