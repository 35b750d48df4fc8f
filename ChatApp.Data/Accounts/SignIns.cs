using System.Buffers.Binary;
using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>A sign-in that is still valid, as its owner sees it.</summary>
/// <param name="Id">The sign-in.</param>
/// <param name="IsBrowser">Whether it is one to the pages, and not a program's.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="LastUsedAt">When it was last used or renewed.</param>
/// <param name="ExpiresAt">When it ends unless it is renewed.</param>
/// <param name="Address">The IP address from which it was started; null if unknown.</param>
/// <param name="UserAgent">The browser or program that started it, as it names itself.</param>
public sealed record SignIn(
    Guid Id, bool IsBrowser, DateTimeOffset StartedAt, DateTimeOffset LastUsedAt, DateTimeOffset? ExpiresAt, string? Address, string? UserAgent);

/// <summary>The sign-ins of a user.</summary>
public sealed class SignIns(ChatDbContext db, SecurityLog security, TimeProvider clock)
{
    /// <summary>The most sign-ins that are listed, the newest ones.</summary>
    public const int MaxListed = 200;

    private const int MostTokensEach = 2;

    private static readonly TokenKind[] Kinds = [TokenKind.Cookie, TokenKind.Access, TokenKind.Refresh];

    /// <summary>The valid sign-ins, last used first.</summary>
    public async Task<IReadOnlyList<SignIn>> ListAsync(Guid userId, CancellationToken ct)
    {
        var tokens = await Valid(userId).AsNoTracking().OrderByDescending(t => t.Id).Take(MaxListed * MostTokensEach).ToListAsync(ct);
        return [.. tokens.GroupBy(t => t.LoginId).Select(ToSignIn).OrderByDescending(s => s.LastUsedAt).Take(MaxListed)];
    }

    /// <summary>Ends a sign-in, at once and on every instance.</summary>
    /// <exception cref="NotFoundException">The user has no such sign-in.</exception>
    public async Task RevokeAsync(Guid userId, Guid id, CancellationToken ct)
    {
        var now = clock.Now();
        if (await Valid(userId).Where(t => t.LoginId == id).ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct) == 0)
        {
            throw new NotFoundException("Sign-in");
        }
        await security.AddAsync(SecurityEventKind.TokensRevoked, userId, detail: "one sign-in");
    }

    private IQueryable<AccessToken> Valid(Guid userId)
    {
        var now = clock.Now();
        return db.AccessTokens.Where(t => t.UserId == userId && t.EndedAt == null && !(t.ExpiresAt <= now) && Kinds.Contains(t.Kind));
    }

    private static SignIn ToSignIn(IGrouping<Guid, AccessToken> login) => new(
        login.Key, login.Any(t => t.Kind == TokenKind.Cookie), StartOf(login.Key), login.Max(t => t.LastUsedAt > t.CreatedAt ? t.LastUsedAt.Value : t.CreatedAt),
        login.Max(t => t.ExpiresAt), login.First().Address, login.First().UserAgent);

    // Tokens are renewed; the id keeps the time of the first ones (RFC 9562, 5.7).
    private static DateTimeOffset StartOf(Guid login) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(login.ToByteArray(bigEndian: true)) >> 16);
}
