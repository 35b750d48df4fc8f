using System.Security.Cryptography;
using ChatApp.Domain.Accounts;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>Who a token belongs to, as the database says at this moment.</summary>
public sealed record LoginIdentity(Guid UserId, Guid LoginId, string UserName, bool IsAdministrator);

/// <summary>The tokens of one sign-in to the API. Their text is shown once and not kept.</summary>
public sealed record TokenPair(string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt, TimeSpan ExpiresIn);

/// <summary>Issues, looks up and ends the tokens of sign-ins.</summary>
public sealed class LoginService(ChatDbContext db, TimeProvider clock)
{
    public static readonly TimeSpan AccessLifetime = TimeSpan.FromHours(1);
    public static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(30);
    public static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(30);

    // Compiled, as every request asks it.
    private static readonly Func<ChatDbContext, byte[], TokenKind, DateTimeOffset, CancellationToken, Task<LoginIdentity?>> FindLogin = EF.CompileAsyncQuery(
        (ChatDbContext db, byte[] hash, TokenKind kind, DateTimeOffset now, CancellationToken ct) =>
            (from token in db.AccessTokens
             join user in db.Users on token.UserId equals user.Id
             where token.Hash == hash && token.Kind == kind && token.EndedAt == null && token.ExpiresAt > now && user.DisabledAt == null
             select new LoginIdentity(user.Id, token.LoginId, user.UserName!, db.UserRoles.Any(
                 ur => ur.UserId == user.Id && db.Roles.Any(r => r.Id == ur.RoleId && r.Name == Roles.Administrator))))
            .SingleOrDefault());

    /// <summary>Starts a sign-in of the pages.</summary>
    /// <returns>The secret that the cookie carries.</returns>
    public async Task<string> StartCookieAsync(Guid userId, CancellationToken ct)
    {
        var secret = Add(userId, Guid.CreateVersion7(clock.Now()), TokenKind.Cookie, CookieLifetime);
        await db.SaveChangesAsync(ct);
        return secret;
    }

    /// <summary>Starts a sign-in of the API.</summary>
    public Task<TokenPair> StartAsync(Guid userId, CancellationToken ct) => IssueAsync(userId, Guid.CreateVersion7(clock.Now()), ct);

    /// <summary>Trades a refresh token for the next pair of tokens. It works once; a second use means that somebody has copied it, and ends the sign-in.</summary>
    /// <returns>Null if the token is not valid.</returns>
    public async Task<(Guid UserId, TokenPair Tokens)?> RefreshAsync(string secret, CancellationToken ct)
    {
        var (hash, now) = (Hash(secret), clock.Now());
        var token = await db.AccessTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash && t.Kind == TokenKind.Refresh, ct);
        if (token is null || token.ExpiresAt <= now || !await db.Users.AnyAsync(u => u.Id == token.UserId && u.DisabledAt == null, ct))
        {
            return null;
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var won = await db.AccessTokens.Where(t => t.Id == token.Id && t.EndedAt == null)
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct);
        await EndLoginAsync(token.LoginId, ct); // the old access token, or everything after a second use
        var pair = won == 1 ? await IssueAsync(token.UserId, token.LoginId, ct) : null;
        await transaction.CommitAsync(ct);
        return pair is null ? null : (token.UserId, pair);
    }

    /// <summary>Whose valid token this is; null if it is nobody's, ended, expired, or the account is disabled.</summary>
    public Task<LoginIdentity?> FindAsync(string secret, TokenKind kind, CancellationToken ct) => FindLogin(db, Hash(secret), kind, clock.Now(), ct);

    /// <summary>Which of these sign-ins have no valid token any more.</summary>
    public async Task<IReadOnlySet<Guid>> FindEndedAsync(IReadOnlyCollection<Guid> loginIds, CancellationToken ct)
    {
        var now = clock.Now();
        var valid = await (from token in db.AccessTokens
                           join user in db.Users on token.UserId equals user.Id
                           where loginIds.Contains(token.LoginId) && token.EndedAt == null && token.ExpiresAt > now && user.DisabledAt == null
                           select token.LoginId).Distinct().ToListAsync(ct);
        return loginIds.Except(valid).ToHashSet();
    }

    /// <summary>Ends all tokens of one sign-in.</summary>
    public Task EndLoginAsync(Guid loginId, CancellationToken ct) => EndAsync(db.AccessTokens.Where(t => t.LoginId == loginId), ct);

    /// <summary>Ends all sign-ins of a user, or all but one.</summary>
    public Task EndAllAsync(Guid userId, Guid? except, CancellationToken ct) =>
        EndAsync(db.AccessTokens.Where(t => t.UserId == userId && t.LoginId != except), ct);

    private Task<int> EndAsync(IQueryable<AccessToken> tokens, CancellationToken ct)
    {
        var now = clock.Now();
        return tokens.Where(t => t.EndedAt == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct);
    }

    private async Task<TokenPair> IssueAsync(Guid userId, Guid loginId, CancellationToken ct)
    {
        var access = Add(userId, loginId, TokenKind.Access, AccessLifetime);
        var refresh = Add(userId, loginId, TokenKind.Refresh, RefreshLifetime);
        await db.SaveChangesAsync(ct);
        return new(access, refresh, clock.Now() + AccessLifetime, AccessLifetime);
    }

    private string Add(Guid userId, Guid loginId, TokenKind kind, TimeSpan lifetime)
    {
        var (secret, now) = (Base64Url(RandomNumberGenerator.GetBytes(32)), clock.Now());
        db.AccessTokens.Add(new AccessToken
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            LoginId = loginId,
            Kind = kind,
            Hash = Hash(secret),
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        });
        return secret;
    }

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static byte[] Hash(string secret) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(secret));
}
