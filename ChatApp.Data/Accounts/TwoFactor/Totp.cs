using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Data.Accounts.TwoFactor;

/// <summary>
/// Time-based one-time passwords (RFC 6238) as all authenticator apps compute them: HMAC-SHA-1, six digits, 30 seconds. Identity's implementation reads the
/// system's clock and does not tell the time step, by which a code that was used before is recognised.
/// </summary>
public static class Totp
{
    public const int SecretLength = 20;

    /// <summary>How many steps a clock may be off, either way.</summary>
    public const int Window = 1;

    private const int Digits = 6;
    private const long SecondsPerStep = 30;

    /// <summary>The time step of a moment.</summary>
    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / SecondsPerStep;

    /// <summary>The code of a time step.</summary>
    public static string Code(byte[] secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // the algorithm of RFC 6238 that every authenticator app knows; HMAC does not need a collision-resistant hash
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xf)) & int.MaxValue;
        return (number % 1_000_000).ToString(CultureInfo.InvariantCulture).PadLeft(Digits, '0');
    }

    /// <summary>The time step that a code belongs to; null if it is wrong.</summary>
    public static long? Match(byte[] secret, string code, DateTimeOffset now)
    {
        long? matched = null;
        for (var step = StepAt(now) - Window; step <= StepAt(now) + Window; step++)
        {
            // Always all of them, and each in constant time.
            matched = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), Encoding.UTF8.GetBytes(code)) ? step : matched;
        }
        return matched;
    }
}
