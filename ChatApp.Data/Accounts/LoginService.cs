using ChatApp.Data.Security;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>The user and sign-in that a token belongs to, as the database has it now.</summary>
public sealed record LoginIdentity(Guid UserId, Guid LoginId, string UserName, bool IsAdministrator, ApiScope Scopes, DateTimeOffset? LastUsedAt);

/// <summary>The tokens of one sign-in to the API. They are shown once and not stored.</summary>
public sealed record TokenPair(string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt, TimeSpan ExpiresIn);

/// <summary>Issues, looks up and revokes the tokens of sign-ins.</summary>
public sealed class LoginService(ChatDbContext db, SecurityLog security, IRequestOrigin origin, TimeProvider clock)
{
    public static readonly TimeSpan AccessLifetime = TimeSpan.FromHours(1);
    public static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(30);
    public static readonly TimeSpan CookieLifetime = TimeSpan.FromDays(30);

    /// <summary>The prefix of API keys, by which people and secret scanners recognise them.</summary>
    public const string ApiKeyPrefix = "chatapp_";

    private static readonly TimeSpan LastUsePrecision = TimeSpan.FromMinutes(1);

    // Compiled, as every request runs it.
    private static readonly Func<ChatDbContext, byte[], TokenKind, DateTimeOffset, CancellationToken, Task<LoginIdentity?>> FindLogin = EF.CompileAsyncQuery(
        (ChatDbContext db, byte[] hash, TokenKind kind, DateTimeOffset now, CancellationToken ct) =>
            (from token in db.AccessTokens
             join user in db.Users on token.UserId equals user.Id
             where token.Hash == hash && token.Kind == kind && token.EndedAt == null && !(token.ExpiresAt <= now) && user.DisabledAt == null
             select new LoginIdentity(user.Id, token.LoginId, user.UserName!, db.UserRoles.Any(
                 ur => ur.UserId == user.Id && db.Roles.Any(r => r.Id == ur.RoleId && r.Name == Roles.Administrator)), token.Scopes, token.LastUsedAt))
            .SingleOrDefault());

    /// <summary>Starts a sign-in to the pages.</summary>
    /// <returns>The secret for the cookie.</returns>
    public async Task<string> StartCookieAsync(Guid userId, CancellationToken ct)
    {
        var secret = Add(userId, Guid.CreateVersion7(clock.Now()), TokenKind.Cookie, CookieLifetime, SignInOrigin.Of(origin));
        await db.SaveChangesAsync(ct);
        await security.AddAsync(SecurityEventKind.SignIn, userId, detail: "pages");
        return secret;
    }

    /// <summary>Starts a sign-in to the API.</summary>
    public async Task<TokenPair> StartAsync(Guid userId, CancellationToken ct)
    {
        var pair = await IssueAsync(userId, Guid.CreateVersion7(clock.Now()), SignInOrigin.Of(origin), ct);
        await security.AddAsync(SecurityEventKind.SignIn, userId, detail: "API");
        return pair;
    }

    /// <summary>Exchanges a refresh token for a new pair of tokens. It works once: a second use means that the token was copied, and ends the sign-in.</summary>
    /// <returns>Null if the token is not valid.</returns>
    public async Task<(Guid UserId, TokenPair Tokens)?> RefreshAsync(string secret, CancellationToken ct)
    {
        var (hash, now) = (TokenSecrets.Hash(secret), clock.Now());
        var token = await db.AccessTokens.AsNoTracking().SingleOrDefaultAsync(t => t.Hash == hash && t.Kind == TokenKind.Refresh, ct);
        if (token is null || token.ExpiresAt <= now || !await db.Users.AnyAsync(u => u.Id == token.UserId && u.DisabledAt == null, ct))
        {
            return null;
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var won = await db.AccessTokens.Where(t => t.Id == token.Id && t.EndedAt == null)
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct);
        await EndLoginAsync(token.LoginId, ct); // the old access token; after a second use, everything
        var pair = won == 1 ? await IssueAsync(token.UserId, token.LoginId, new(token.Address, token.UserAgent), ct) : null;
        if (pair is null)
        {
            await security.AddAsync(SecurityEventKind.RefreshTokenReused, token.UserId, SecurityResult.Failed, "the sign-in was ended");
        }
        await transaction.CommitAsync(ct);
        return pair is null ? null : (token.UserId, pair);
    }

    /// <summary>The owner of a valid token; null if it is unknown, revoked or expired, or the account is disabled.</summary>
    public async Task<LoginIdentity?> FindAsync(string secret, TokenKind kind, CancellationToken ct)
    {
        var (hash, now) = (TokenSecrets.Hash(secret), clock.Now());
        var login = await FindLogin(db, hash, kind, now, ct);
        if (login is not null && kind == TokenKind.ApiKey && !(login.LastUsedAt > now - LastUsePrecision))
        {
            await db.AccessTokens.Where(t => t.Hash == hash).ExecuteUpdateAsync(t => t.SetProperty(x => x.LastUsedAt, now), ct);
        }
        return login;
    }

    /// <summary>Those of the sign-ins that have no valid token any more.</summary>
    public async Task<IReadOnlySet<Guid>> FindEndedAsync(IReadOnlyCollection<Guid> loginIds, CancellationToken ct)
    {
        var now = clock.Now();
        var valid = await (from token in db.AccessTokens
                           join user in db.Users on token.UserId equals user.Id
                           where loginIds.Contains(token.LoginId) && token.EndedAt == null && !(token.ExpiresAt <= now) && user.DisabledAt == null
                           select token.LoginId).Distinct().ToListAsync(ct);
        return loginIds.Except(valid).ToHashSet();
    }

    /// <summary>Signs a user out: revokes all tokens of one sign-in.</summary>
    public async Task SignOutAsync(Guid userId, Guid loginId, CancellationToken ct)
    {
        await EndLoginAsync(loginId, ct);
        await security.AddAsync(SecurityEventKind.SignOut, userId);
    }

    /// <summary>Revokes all tokens of one sign-in.</summary>
    public Task EndLoginAsync(Guid loginId, CancellationToken ct) => EndAsync(db.AccessTokens.Where(t => t.LoginId == loginId), ct);

    /// <summary>Ends all sign-ins of a user, or all but one. API keys stay valid: <see cref="ApiKeyService"/> revokes them.</summary>
    public async Task EndAllAsync(Guid userId, Guid? except, CancellationToken ct)
    {
        var ended = await EndAsync(db.AccessTokens.Where(t => t.UserId == userId && t.LoginId != except && t.Kind != TokenKind.ApiKey), ct);
        if (ended > 0)
        {
            await security.AddAsync(SecurityEventKind.TokensRevoked, userId, detail: except is null ? "all sign-ins" : "all other sign-ins");
        }
    }

    private Task<int> EndAsync(IQueryable<AccessToken> tokens, CancellationToken ct)
    {
        var now = clock.Now();
        return tokens.Where(t => t.EndedAt == null).ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct);
    }

    private async Task<TokenPair> IssueAsync(Guid userId, Guid loginId, SignInOrigin from, CancellationToken ct)
    {
        var access = Add(userId, loginId, TokenKind.Access, AccessLifetime, from);
        var refresh = Add(userId, loginId, TokenKind.Refresh, RefreshLifetime, from);
        await db.SaveChangesAsync(ct);
        return new(access, refresh, clock.Now() + AccessLifetime, AccessLifetime);
    }

    private string Add(Guid userId, Guid loginId, TokenKind kind, TimeSpan lifetime, SignInOrigin from)
    {
        var (token, secret) = TokenSecrets.NewToken(userId, loginId, kind, clock.Now(), lifetime);
        (token.Address, token.UserAgent) = (from.Address, from.UserAgent);
        db.AccessTokens.Add(token);
        return secret;
    }
}
