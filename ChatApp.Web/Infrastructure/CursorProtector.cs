using System.Buffers.Binary;
using System.Security.Cryptography;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Paging;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Web.Infrastructure;

/// <summary>Makes the API's cursors: opaque, and refused when somebody has changed them.</summary>
public sealed class CursorProtector(IDataProtectionProvider provider)
{
    private readonly IDataProtector _times = provider.CreateProtector("cursor.time");
    private readonly IDataProtector _numbers = provider.CreateProtector("cursor.number");

    public string? Protect(TimeCursor? cursor)
    {
        if (cursor is not { } c)
        {
            return null;
        }
        var bytes = new byte[24];
        BinaryPrimitives.WriteInt64BigEndian(bytes, c.Time.UtcTicks);
        c.Id.TryWriteBytes(bytes.AsSpan(8));
        return WebEncoders.Base64UrlEncode(_times.Protect(bytes));
    }

    public string? Protect(long? cursor)
    {
        if (cursor is not { } number)
        {
            return null;
        }
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return WebEncoders.Base64UrlEncode(_numbers.Protect(bytes));
    }

    /// <exception cref="InvalidException">It is not a cursor of ours.</exception>
    public TimeCursor? ReadTime(string? cursor) => Unprotect(_times, cursor) is not { } bytes ? null
        : new TimeCursor(new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes), TimeSpan.Zero), new Guid(bytes.AsSpan(8)));

    /// <exception cref="InvalidException">It is not a cursor of ours.</exception>
    public long? ReadNumber(string? cursor) => Unprotect(_numbers, cursor) is { } bytes ? BinaryPrimitives.ReadInt64BigEndian(bytes) : null;

    private static byte[]? Unprotect(IDataProtector protector, string? cursor)
    {
        try
        {
            return cursor is null ? null : protector.Unprotect(WebEncoders.Base64UrlDecode(cursor));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new InvalidException("cursor", "This is not a cursor of this list.");
        }
    }
}
