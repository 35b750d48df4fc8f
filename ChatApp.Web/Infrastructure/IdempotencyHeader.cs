using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Infrastructure;

public static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>The header's description in the API document.</summary>
    public const string Description =
        "1 to 128 characters. A repeated request with the same key within 24 hours does nothing and returns the first response; with a different body, 409.";

    extension(HttpRequest request)
    {
        /// <summary>The client's key; null without one.</summary>
        /// <exception cref="InvalidException">The key is too long, or there are several.</exception>
        public string? IdempotencyKeyHeader() => request.Headers[Name] switch
        {
            [] => null,
            [{ Length: > 0 and <= IdempotencyKey.KeyMaxLength } key] when StorableText.IsStorable(key) => key,
            _ => throw new InvalidException(Name, $"Send one key of 1 to {IdempotencyKey.KeyMaxLength} characters."),
        };
    }
}
