using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Infrastructure;

public static class IdempotencyHeader
{
    public const string Name = "Idempotency-Key";

    /// <summary>For the API's description.</summary>
    public const string Description =
        "1 to 128 characters. The same key from the same user within 24 hours gives the first answer again and does nothing; with another body, 409.";

    extension(HttpRequest request)
    {
        /// <summary>The client's key; null without one.</summary>
        /// <exception cref="InvalidException">It is too long or more than one.</exception>
        public string? IdempotencyKeyHeader() => request.Headers[Name] switch
        {
            [] => null,
            [{ Length: > 0 and <= IdempotencyKey.KeyMaxLength } key] when StorableText.IsStorable(key) => key,
            _ => throw new InvalidException(Name, $"One key of 1 to {IdempotencyKey.KeyMaxLength} characters is expected."),
        };
    }
}
