using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>A personal API key to create.</summary>
/// <param name="Name">The owner's name for it.</param>
/// <param name="Scopes">What it permits.</param>
/// <param name="Lifetime">Time until it expires; null for never.</param>
public sealed record NewApiKey(string Name, ApiScope Scopes, TimeSpan? Lifetime)
{
    /// <summary>The client's key for this request: a second request with it creates nothing and returns the first API key.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>Creates, lists and revokes personal API keys.</summary>
public sealed class ApiKeyService(ChatDbContext db, SecurityLog security, TimeProvider clock)
{
    /// <summary>Creates a personal API key.</summary>
    /// <returns>The key, and its secret, which is not stored: null if an earlier request with the same idempotency key created the API key.</returns>
    /// <exception cref="ConflictException">The account has the maximum number of API keys, or the idempotency key was used for a different request.</exception>
    public async Task<(AccessToken Key, string? Secret)> CreateAsync(Guid userId, NewApiKey input, CancellationToken ct)
    {
        var now = clock.Now();
        var request = RequestKey.Of(input.IdempotencyKey, "api key", input.Name, input.Scopes, input.Lifetime);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(userId, ct);
        if (request is not null && await FindCreatedAsync(userId, request, now, ct) is { } before)
        {
            return (before, null);
        }
        if (await Keys(userId).CountAsync(ct) >= AccessToken.MaxApiKeys)
        {
            throw new ConflictException($"You have {AccessToken.MaxApiKeys} API keys. Revoke one first.");
        }
        var (key, secret) = TokenSecrets.NewToken(userId, Guid.CreateVersion7(now), TokenKind.ApiKey, now, input.Lifetime, LoginService.ApiKeyPrefix);
        (key.Name, key.Scopes, key.Prefix) = (input.Name, input.Scopes, secret[..AccessToken.PrefixLength]);
        db.AccessTokens.Add(key);
        if (request is not null)
        {
            db.IdempotencyKeys.Add(request.ToEntity(userId, key.Id, now));
        }
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (request is not null && e.Violates(IdempotencyKey.PrimaryKey))
        {
            await transaction.RollbackAsync(ct);
            db.ForgetChanges();
            return (await FindCreatedAsync(userId, request, now, ct) ?? throw new NotFoundException("API key"), null);
        }
        await security.AddAsync(SecurityEventKind.ApiKeyCreated, userId, detail: $"{key.Prefix}…: {key.Scopes}");
        await transaction.CommitAsync(ct);
        return (key, secret);
    }

    /// <summary>A user's API keys that are not revoked, newest first, including expired ones until they are purged.</summary>
    public async Task<IReadOnlyList<AccessToken>> ListAsync(Guid userId, CancellationToken ct) =>
        await Keys(userId).AsNoTracking().OrderByDescending(t => t.Id).ToListAsync(ct);

    /// <summary>Revokes an API key.</summary>
    /// <exception cref="NotFoundException">The user has no such key.</exception>
    public async Task RevokeAsync(Guid userId, Guid id, CancellationToken ct)
    {
        var prefix = await Keys(userId).Where(t => t.Id == id).Select(t => t.Prefix).SingleOrDefaultAsync(ct);
        if (await EndAsync(Keys(userId).Where(t => t.Id == id), ct) == 0)
        {
            throw new NotFoundException("API key");
        }
        await security.AddAsync(SecurityEventKind.ApiKeyRevoked, userId, detail: $"{prefix}…");
    }

    /// <summary>Revokes all API keys of a user, for good.</summary>
    public async Task RevokeAllAsync(Guid userId, CancellationToken ct)
    {
        if (await EndAsync(Keys(userId), ct) is > 0 and var ended)
        {
            await security.AddAsync(SecurityEventKind.ApiKeyRevoked, userId, detail: $"all {ended}");
        }
    }

    // Until the end of the transaction: requests that count the keys at the same time would exceed the maximum together.
    private Task<int> LockAsync(Guid userId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('api keys of ' || {userId.ToString()}, 0))", ct);

    private async Task<AccessToken?> FindCreatedAsync(Guid userId, RequestKey request, DateTimeOffset now, CancellationToken ct) =>
        await db.FindCreatedAsync(userId, request, now, ct) is { } id
            ? await Keys(userId).AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, ct) ?? throw new NotFoundException("API key") // revoked since
            : null;

    private IQueryable<AccessToken> Keys(Guid userId) =>
        db.AccessTokens.Where(t => t.UserId == userId && t.Kind == TokenKind.ApiKey && t.EndedAt == null);

    private Task<int> EndAsync(IQueryable<AccessToken> keys, CancellationToken ct)
    {
        var now = clock.Now();
        return keys.ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct);
    }
}
