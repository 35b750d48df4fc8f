using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ChatApp.Domain.Time;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Data.Accounts;

/// <summary>The tokens for the first account (docs/decisions/0036).</summary>
public sealed class SetupTokens(ChatDbContext db, TimeProvider clock)
{
    private const int SecretBytes = 24;
    private const int Most = 20; // of instances that start over and over, the latest tokens count

    /// <summary>A new token.</summary>
    public async Task<string> CreateAsync(CancellationToken ct)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        db.SetupTokens.Add(new SetupToken { Hash = HashOf(secret), CreatedAt = clock.Now() });
        await db.SaveChangesAsync(ct);
        var latest = db.SetupTokens.OrderByDescending(t => t.CreatedAt).Take(Most).Select(t => t.Hash);
        await db.SetupTokens.Where(t => !latest.Contains(t.Hash)).ExecuteDeleteAsync(ct);
        return secret;
    }

    public async Task<bool> IsValidAsync(string? secret, CancellationToken ct)
    {
        var hash = HashOf(secret ?? "");
        return await db.SetupTokens.AnyAsync(t => t.Hash == hash, ct);
    }

    /// <summary>Ends all of them, because the first account has been created.</summary>
    public Task EndAllAsync(CancellationToken ct) => db.SetupTokens.ExecuteDeleteAsync(ct);

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
