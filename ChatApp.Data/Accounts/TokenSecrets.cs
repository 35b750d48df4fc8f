using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Data.Accounts;

/// <summary>The secrets of tokens: 256 random bits, of which only the hash is stored.</summary>
internal static class TokenSecrets
{
    private const int Bytes = 32;

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>A new token with its secret. The caller adds it to the database.</summary>
    /// <param name="userId">Its owner.</param>
    /// <param name="loginId">The sign-in that it belongs to.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="now">The time.</param>
    /// <param name="lifetime">Time until it expires; null for never.</param>
    /// <param name="prefix">The beginning of the secret.</param>
    public static (AccessToken Token, string Secret) NewToken(
        Guid userId, Guid loginId, TokenKind kind, DateTimeOffset now, TimeSpan? lifetime, string prefix = "")
    {
        var secret = prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        var token = new AccessToken
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            LoginId = loginId,
            Kind = kind,
            Hash = Hash(secret),
            CreatedAt = now,
            ExpiresAt = now + lifetime,
        };
        return (token, secret);
    }
}
