using System.Security.Cryptography;
using System.Text.Json;
using ChatApp.Domain.Errors;

namespace ChatApp.Domain.Idempotency;

/// <summary>A client's key together with a digest of what it asks for.</summary>
public sealed record RequestKey(string Key, byte[] Hash)
{
    /// <summary>The key of a request; null if the client gave none.</summary>
    /// <param name="key">The client's key.</param>
    /// <param name="request">Everything that makes the request what it is.</param>
    public static RequestKey? Of(string? key, params object?[] request) =>
        key is null ? null : new(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));

    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public void MustMatch(IdempotencyKey stored)
    {
        if (!Hash.AsSpan().SequenceEqual(stored.RequestHash))
        {
            throw new ConflictException("This Idempotency-Key was used for another request.");
        }
    }
}
