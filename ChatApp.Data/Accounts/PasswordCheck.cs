using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Data.Accounts;

/// <summary>Compares passwords in the same time for every account, also for one that does not exist or whose hash is older.</summary>
public sealed class PasswordCheck(UserManager<AppUser> users, IOptions<PasswordHasherOptions> options)
{
    /// <summary>OWASP's recommendation for PBKDF2 with HMAC-SHA512, which is what Identity uses.</summary>
    public const int Iterations = 210_000;

    private const int HeaderBytes = 9; // of Identity's format: version, function, iterations

    /// <summary>Whether this is the account's password. A hash with fewer iterations than today's is then replaced.</summary>
    /// <param name="user">The account; null if there is none.</param>
    /// <param name="password">The password.</param>
    public async Task<bool> IsRightAsync(AppUser? user, string password)
    {
        if (user is not null && await users.CheckPasswordAsync(user, password))
        {
            return true;
        }
        if (MissingIterations(user?.PasswordHash, options.Value.IterationCount) is > 0 and var missing)
        {
            Rfc2898DeriveBytes.Pbkdf2(password, new byte[16], missing, HashAlgorithmName.SHA512, 32);
        }
        return false;
    }

    /// <summary>How many iterations fewer than today's the comparison with a hash takes; all of them without one.</summary>
    public static int MissingIterations(string? hash, int iterations) =>
        hash is not null && Convert.FromBase64String(hash) is [1, ..] bytes && bytes.Length > HeaderBytes
            ? Math.Max(0, iterations - (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)))
            : iterations;
}
