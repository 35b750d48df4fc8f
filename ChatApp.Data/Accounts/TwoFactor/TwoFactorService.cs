using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Data.Security;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts.TwoFactor;

/// <summary>A secret that is offered to a user's authenticator app. Nothing is stored until a code of it proves that the app has it.</summary>
/// <param name="Secret">In Base32, as apps expect it.</param>
/// <param name="Ticket">The secret, encrypted, which comes back with the code.</param>
public sealed record TwoFactorSetup(string Secret, string Ticket);

/// <summary>Turns two-factor sign-in on and off, and checks codes of authenticator apps and recovery codes.</summary>
public sealed class TwoFactorService(ChatDbContext db, IDataProtectionProvider protection, SecurityLog security, TimeProvider clock)
{
    public const string WrongCodeMessage = "Incorrect code. Enter the current code from your authenticator app.";

    /// <summary>How long a user has to set up the app.</summary>
    public static readonly TimeSpan SetupLifetime = TimeSpan.FromMinutes(15);

    private const int UserIdLength = 16;
    private const int HeaderLength = UserIdLength + sizeof(long);
    private const int RecoveryCodeBytes = 10;
    private const int GroupLength = 4;

    private readonly IDataProtector _secrets = protection.CreateProtector("two-factor secret");
    private readonly IDataProtector _tickets = protection.CreateProtector("two-factor setup");

    /// <summary>Whether two-factor sign-in is on, and how many recovery codes are left.</summary>
    public async Task<(bool IsOn, int CodesLeft)> FindAsync(Guid userId, CancellationToken ct) => (
        await db.TwoFactorSecrets.AnyAsync(s => s.UserId == userId, ct),
        await db.RecoveryCodes.CountAsync(c => c.UserId == userId, ct));

    /// <summary>A new secret for a user who has just proved who they are.</summary>
    public TwoFactorSetup Begin(Guid userId)
    {
        var ticket = new byte[HeaderLength + Totp.SecretLength];
        userId.TryWriteBytes(ticket);
        BinaryPrimitives.WriteInt64BigEndian(ticket.AsSpan(UserIdLength), clock.Now().ToUnixTimeSeconds());
        RandomNumberGenerator.Fill(ticket.AsSpan(HeaderLength));
        return ToSetup(ticket, Convert.ToBase64String(_tickets.Protect(ticket)));
    }

    /// <summary>The setup of a ticket, to be shown again.</summary>
    /// <exception cref="InvalidException">The ticket is too old or not this user's.</exception>
    public TwoFactorSetup Resume(Guid userId, string ticket) => ToSetup(Open(userId, ticket), ticket);

    /// <summary>Turns two-factor sign-in on.</summary>
    /// <returns>The recovery codes, which are shown only once.</returns>
    /// <exception cref="InvalidException">The code is wrong, or the ticket is too old or not this user's.</exception>
    /// <exception cref="ConflictException">It is on already.</exception>
    public async Task<IReadOnlyList<string>> TurnOnAsync(Guid userId, string ticket, string code, CancellationToken ct)
    {
        var secret = Open(userId, ticket)[HeaderLength..];
        var step = Totp.Match(secret, Plain(code), clock.Now()) ?? throw new InvalidException("code", WrongCodeMessage);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.TwoFactorSecrets.Add(new() { UserId = userId, Secret = _secrets.Protect(secret), CreatedAt = clock.Now(), LastStep = step });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(TwoFactorSecret.PrimaryKey))
        {
            throw new ConflictException("Two-factor sign-in is already on.");
        }
        await SetFlagAsync(userId, true, ct);
        var codes = await ReplaceCodesAsync(userId, ct);
        await security.AddAsync(SecurityEventKind.TwoFactorOn, userId);
        await transaction.CommitAsync(ct);
        return codes;
    }

    /// <summary>Turns two-factor sign-in off.</summary>
    public async Task TurnOffAsync(Guid userId, CancellationToken ct)
    {
        await using var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null;
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
        if (await db.TwoFactorSecrets.Where(s => s.UserId == userId).ExecuteDeleteAsync(ct) == 1)
        {
            await security.AddAsync(SecurityEventKind.TwoFactorOff, userId);
        }
        await SetFlagAsync(userId, false, ct);
        if (transaction is not null)
        {
            await transaction.CommitAsync(ct);
        }
    }

    /// <summary>New recovery codes in place of all old ones.</summary>
    /// <returns>The codes, which are shown only once.</returns>
    /// <exception cref="ConflictException">Two-factor sign-in is off.</exception>
    public async Task<IReadOnlyList<string>> RenewCodesAsync(Guid userId, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Locks the row, so that of two concurrent renewals the codes of the later one remain.
        if (await db.TwoFactorSecrets.Where(s => s.UserId == userId).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastStep, x => x.LastStep), ct) == 0)
        {
            throw new ConflictException("Two-factor sign-in is off.");
        }
        var codes = await ReplaceCodesAsync(userId, ct);
        await security.AddAsync(SecurityEventKind.RecoveryCode, userId, detail: "new codes");
        await transaction.CommitAsync(ct);
        return codes;
    }

    /// <summary>Whether a code is the app's current one or an unused recovery code. It is used up by that.</summary>
    public async Task<bool> UseAsync(Guid userId, string? code, CancellationToken ct)
    {
        var plain = Plain(code ?? "");
        var (isRight, isRecovery) = await UseAppCodeAsync(userId, plain, ct) ? (true, false) : (await UseRecoveryCodeAsync(userId, plain, ct), true);
        if (!isRight)
        {
            await security.AddAsync(SecurityEventKind.TwoFactorCode, userId, SecurityResult.Failed);
        }
        else if (isRecovery)
        {
            await security.AddAsync(SecurityEventKind.RecoveryCode, userId, detail: "used");
        }
        return isRight;
    }

    private async Task<bool> UseAppCodeAsync(Guid userId, string code, CancellationToken ct)
    {
        var stored = await db.TwoFactorSecrets.AsNoTracking().SingleOrDefaultAsync(s => s.UserId == userId, ct);
        return stored is not null && Totp.Match(_secrets.Unprotect(stored.Secret), code, clock.Now()) is { } step
            && await db.TwoFactorSecrets.Where(s => s.UserId == userId && s.LastStep < step).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastStep, step), ct) == 1;
    }

    private async Task<bool> UseRecoveryCodeAsync(Guid userId, string code, CancellationToken ct)
    {
        var hash = Hash(code);
        return await db.RecoveryCodes.Where(c => c.UserId == userId && c.Hash == hash).ExecuteDeleteAsync(ct) == 1;
    }

    private Task<int> SetFlagAsync(Guid userId, bool isOn, CancellationToken ct) =>
        db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(u => u.SetProperty(x => x.TwoFactorEnabled, isOn), ct);

    private async Task<IReadOnlyList<string>> ReplaceCodesAsync(Guid userId, CancellationToken ct)
    {
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
        var codes = Enumerable.Range(0, RecoveryCode.Count).Select(_ => Base32.Encode(RandomNumberGenerator.GetBytes(RecoveryCodeBytes)).ToLowerInvariant()).ToList();
        db.RecoveryCodes.AddRange(codes.Select(c => new RecoveryCode { UserId = userId, Hash = Hash(c) }));
        await db.SaveChangesAsync(ct);
        return [.. codes.Select(c => string.Join('-', c.Chunk(GroupLength).Select(group => new string(group))))];
    }

    private byte[] Open(Guid userId, string ticket)
    {
        try
        {
            var opened = _tickets.Unprotect(Convert.FromBase64String(ticket));
            var issued = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(opened.AsSpan(UserIdLength)));
            if (new Guid(opened.AsSpan(0, UserIdLength)) == userId && clock.Now() - issued <= SetupLifetime)
            {
                return opened;
            }
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            // Not one of ours.
        }
        throw new InvalidException("setup", "The setup has expired. Start again.");
    }

    private static TwoFactorSetup ToSetup(byte[] opened, string ticket) => new(Base32.Encode(opened.AsSpan(HeaderLength)), ticket);

    // People type spaces and dashes, and capitals.
    private static string Plain(string code) => string.Concat(code.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static byte[] Hash(string code) => SHA256.HashData(Encoding.UTF8.GetBytes(code));
}
