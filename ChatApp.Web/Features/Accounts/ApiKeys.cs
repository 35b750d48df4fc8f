using ChatApp.Data.Accounts;
using ChatApp.Domain.Accounts;
using ChatApp.Domain.Text;
using FluentValidation;

namespace ChatApp.Web.Features.Accounts;

/// <summary>A new API key.</summary>
/// <example>{"name": "backup", "scopes": ["read", "export"], "expires_in_days": 90}</example>
public sealed record ApiKeyRequest
{
    /// <summary>What the owner calls it.</summary>
    public string? Name { get; init; }

    /// <summary>Some of <c>read</c>, <c>chat</c>, <c>export</c>; all of them if none is named.</summary>
    public IReadOnlyList<string?>? Scopes { get; init; }

    /// <summary>Days until it expires; without it, it does not.</summary>
    public int? ExpiresInDays { get; init; }

    public NewApiKey ToNewApiKey(string? idempotencyKey = null) =>
        new(Name!.Trim(), ToScopes(), ExpiresInDays is { } days ? TimeSpan.FromDays(days) : null) { IdempotencyKey = idempotencyKey };

    private ApiScope ToScopes() => Scopes is { Count: > 0 } ? Scopes.Aggregate(ApiScope.None, (all, s) => all | Enum.Parse<ApiScope>(s!, ignoreCase: true)) : ApiScope.All;
}

/// <summary>A personal API key, as its owner sees it.</summary>
/// <param name="Id">Names it when it is to be revoked.</param>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Prefix">The beginning of its secret.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastUsedAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">Its end; null for none.</param>
public sealed record ApiKeyResponse(
    Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);

/// <summary>A key that has just been made.</summary>
/// <param name="Key">The key.</param>
/// <param name="Secret">What programs send as <c>Authorization: Bearer …</c>: shown this once, and kept nowhere; null when a request with the same <c>Idempotency-Key</c> comes again.</param>
public sealed record CreatedApiKeyResponse(ApiKeyResponse Key, string? Secret);

/// <summary>All keys of an account: it cannot have more than fit on a page.</summary>
public sealed record ApiKeysResponse(IReadOnlyList<ApiKeyResponse> ApiKeys)
{
    public int Count => ApiKeys.Count;

    public string? NextCursor { get; }
}

internal sealed class ApiKeyRequestValidator : AbstractValidator<ApiKeyRequest>
{
    private const int MaxDays = 3650;

    public ApiKeyRequestValidator()
    {
        RuleFor(r => r.Name).NotEmpty().WithMessage("Give the key a name.")
            .MaximumLength(AccessToken.NameMaxLength).WithMessage($"At most {AccessToken.NameMaxLength} characters are allowed.")
            .Must(n => n is null || StorableText.IsStorable(n)).WithMessage("The name contains characters that cannot be stored.");
        RuleFor(r => r.Scopes).Must(s => s is null || s.All(x => x is "read" or "chat" or "export")).WithMessage("The scopes are read, chat and export.");
        RuleFor(r => r.ExpiresInDays).InclusiveBetween(1, MaxDays).WithMessage($"A key is good for 1 to {MaxDays} days, or without an end.");
    }
}

internal static class ApiKeyMapping
{
    private static readonly ApiScope[] Scopes = [ApiScope.Read, ApiScope.Chat, ApiScope.Export];

    extension(AccessToken key)
    {
        public ApiKeyResponse ToResponse() => new(
            key.Id, key.Name!, key.Prefix!, [.. Scopes.Where(s => key.Scopes.HasFlag(s)).Select(s => s.ToString().ToLowerInvariant())],
            key.CreatedAt, key.LastUsedAt, key.ExpiresAt);
    }
}
