using ChatApp.Domain.Errors;
using ChatApp.Domain.Idempotency;
using ChatApp.Domain.Text;

namespace ChatApp.Web.Infrastructure;

public static class IdempotencyHeader
{
    extension(HttpRequest request)
    {
        /// <summary>The client's key; null without one.</summary>
        /// <exception cref="InvalidException">It is too long or more than one.</exception>
        public string? IdempotencyKeyHeader() => request.Headers["Idempotency-Key"] switch
        {
            [] => null,
            [{ Length: > 0 and <= IdempotencyKey.KeyMaxLength } key] when StorableText.IsStorable(key) => key,
            _ => throw new InvalidException("Idempotency-Key", $"One key of 1 to {IdempotencyKey.KeyMaxLength} characters is expected."),
        };
    }
}
