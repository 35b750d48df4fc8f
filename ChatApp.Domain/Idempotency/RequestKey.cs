using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ChatApp.Domain.Errors;

namespace ChatApp.Domain.Idempotency;

/// <summary>A client's key with a digest of its request.</summary>
public sealed record RequestKey(string Key, byte[] Hash)
{
    /// <summary>The key of a request; null if the client sent none.</summary>
    /// <param name="key">The client's key.</param>
    /// <param name="request">All values that identify the request.</param>
    public static RequestKey? Of(string? key, params object?[] request) =>
        key is null ? null : new(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));

    /// <summary>A key derived from the client's, for a first part of its request that is stored separately.</summary>
    public static string? ForPart(string? key, string part) =>
        key is null ? null : $"{part}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    /// <summary>The row that is stored with the created resource.</summary>
    public IdempotencyKey ToEntity(Guid userId, Guid created, DateTimeOffset now) =>
        new() { UserId = userId, Key = Key, RequestHash = Hash, ResourceId = created, CreatedAt = now };

    /// <exception cref="ConflictException">The key was used for another request.</exception>
    public void MustMatch(IdempotencyKey stored)
    {
        if (!Hash.AsSpan().SequenceEqual(stored.RequestHash))
        {
            throw new ConflictException("This Idempotency-Key was used for another request.");
        }
    }
}
