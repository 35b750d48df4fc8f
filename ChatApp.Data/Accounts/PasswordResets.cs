using ChatApp.Data.Accounts.TwoFactor;
using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>Links that set a new password, once: an administrator creates one and hands it over, so that no mail server is needed.</summary>
public sealed class PasswordResets(
    ChatDbContext db, UserManager<AppUser> users, LoginService logins, ApiKeyService keys, TwoFactorService twoFactor, SecurityLog security, AttemptLimiter attempts, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The same for every reason.</summary>
    public const string InvalidMessage = "This link has expired or was already used. Ask an administrator for a new one.";

    /// <summary>Creates a link for an account. Earlier links of the account stop working.</summary>
    /// <returns>The secret in the link, which is not stored.</returns>
    /// <exception cref="NotFoundException">There is no such account.</exception>
    /// <exception cref="ConflictException">The account is disabled.</exception>
    public async Task<string> CreateAsync(Guid userId, bool removesTwoFactor, CancellationToken ct)
    {
        var user = await users.FindByIdAsync(userId.ToString());
        if (user is not { DeletedAt: null })
        {
            throw new NotFoundException("User");
        }
        if (user.DisabledAt is not null)
        {
            throw new ConflictException("The account is disabled. Enable it first.");
        }
        var now = clock.Now();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.AccessTokens.Where(t => t.UserId == userId && t.Kind == TokenKind.Reset && t.EndedAt == null)
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.EndedAt, now), ct);
        var (token, secret) = TokenSecrets.NewToken(userId, Guid.CreateVersion7(now), TokenKind.Reset, now, Lifetime);
        token.RemovesTwoFactor = removesTwoFactor;
        db.AccessTokens.Add(token);
        await db.SaveChangesAsync(ct);
        await security.AddAsync(SecurityEventKind.ResetLinkCreated, userId, detail: removesTwoFactor ? "also turns off two-factor sign-in" : null);
        await transaction.CommitAsync(ct);
        return secret;
    }

    /// <summary>The account that a link is for; null if the link does not work.</summary>
    public async Task<AppUser?> FindAsync(string? secret, CancellationToken ct) => (await FindBothAsync(secret, ct))?.User;

    /// <summary>Sets a new password, ends all sign-ins and the link, and lifts a pause of sign-in.</summary>
    /// <param name="secret">The secret in the link.</param>
    /// <param name="password">The new password.</param>
    /// <param name="revokesKeys">Whether the API keys end as well.</param>
    /// <param name="ct">Ends the request.</param>
    /// <exception cref="InvalidException">The link does not work, or the password is not acceptable: then the link stays valid.</exception>
    public async Task UseAsync(string? secret, string password, bool revokesKeys, CancellationToken ct)
    {
        var (token, user) = await FindBothAsync(secret, ct) ?? throw new InvalidException("token", InvalidMessage);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.TryUseAsync(token, clock.Now(), ct))
        {
            throw new InvalidException("token", InvalidMessage); // used at the same time
        }
        await users.RemovePasswordAsync(user);
        var result = await users.AddPasswordAsync(user, password);
        if (result.Errors.FirstOrDefault() is { } error)
        {
            throw new InvalidException("new_password", error.Description);
        }
        await attempts.ForgetAllAsync(GuessedSecret.SignInsOf(user), ct);
        await security.AddAsync(SecurityEventKind.ResetLinkUsed, user.Id);
        await logins.EndAllAsync(user.Id, except: null, ct);
        if (revokesKeys)
        {
            await keys.RevokeAllAsync(user.Id, ct);
        }
        if (token.RemovesTwoFactor)
        {
            await twoFactor.TurnOffAsync(user.Id, ct);
        }
        await transaction.CommitAsync(ct);
    }

    private async Task<(AccessToken Token, AppUser User)?> FindBothAsync(string? secret, CancellationToken ct) =>
        await db.FindUnusedAsync(secret, TokenKind.Reset, clock.Now(), ct) is { } token && await users.FindByIdAsync(token.UserId.ToString()) is { DisabledAt: null } user
            ? (token, user) : null;
}
