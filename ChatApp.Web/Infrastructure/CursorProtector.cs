using System.Buffers.Binary;
using System.Security.Cryptography;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Search;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Web.Infrastructure;

/// <summary>Encodes and decodes the API's cursors, which are opaque and tamper-proof.</summary>
public sealed class CursorProtector(IDataProtectionProvider provider)
{
    private const int TimeLength = 24;

    private readonly IDataProtector _times = provider.CreateProtector("cursor.time");
    private readonly IDataProtector _numbers = provider.CreateProtector("cursor.number");
    private readonly IDataProtector _searches = provider.CreateProtector("cursor.search");

    public string? Protect(TimeCursor? cursor)
    {
        if (cursor is not { } c)
        {
            return null;
        }
        var bytes = new byte[TimeLength];
        Write(c, bytes);
        return WebEncoders.Base64UrlEncode(_times.Protect(bytes));
    }

    public string? Protect(SearchCursor? cursor)
    {
        if (cursor is not { } c)
        {
            return null;
        }
        var bytes = new byte[1 + TimeLength + 8 + TimeLength];
        bytes[0] = (byte)((c.IsAnywhere ? 1 : 0) | (c.Window is null ? 0 : 2) | (c.Last is null ? 0 : 4));
        Write(c.Window.GetValueOrDefault(), bytes.AsSpan(1));
        BinaryPrimitives.WriteDoubleBigEndian(bytes.AsSpan(1 + TimeLength), c.Rank.GetValueOrDefault());
        Write(c.Last.GetValueOrDefault(), bytes.AsSpan(1 + TimeLength + 8));
        return WebEncoders.Base64UrlEncode(_searches.Protect(bytes));
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

    /// <exception cref="InvalidException">The cursor is invalid.</exception>
    public TimeCursor? ReadTime(string? cursor) => Unprotect(_times, cursor) is { } bytes ? Read(bytes) : null;

    /// <exception cref="InvalidException">The cursor is invalid.</exception>
    public SearchCursor? ReadSearch(string? cursor) => Unprotect(_searches, cursor) is not { } bytes ? null : new SearchCursor(
        (bytes[0] & 1) != 0,
        (bytes[0] & 2) != 0 ? Read(bytes.AsSpan(1)) : null,
        (bytes[0] & 4) != 0 ? BinaryPrimitives.ReadDoubleBigEndian(bytes.AsSpan(1 + TimeLength)) : null,
        (bytes[0] & 4) != 0 ? Read(bytes.AsSpan(1 + TimeLength + 8)) : null);

    /// <exception cref="InvalidException">The cursor is invalid.</exception>
    public long? ReadNumber(string? cursor) => Unprotect(_numbers, cursor) is { } bytes ? BinaryPrimitives.ReadInt64BigEndian(bytes) : null;

    private static void Write(TimeCursor cursor, Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes, cursor.Time.UtcTicks);
        cursor.Id.TryWriteBytes(bytes[8..]);
    }

    private static TimeCursor Read(ReadOnlySpan<byte> bytes) =>
        new(new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(bytes), TimeSpan.Zero), new Guid(bytes[8..TimeLength]));

    private static byte[]? Unprotect(IDataProtector protector, string? cursor)
    {
        try
        {
            return cursor is null ? null : protector.Unprotect(WebEncoders.Base64UrlDecode(cursor));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw new InvalidException("cursor", "The cursor is not valid for this list.");
        }
    }
}
