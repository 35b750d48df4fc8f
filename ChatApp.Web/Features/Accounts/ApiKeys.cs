using ChatApp.Data.Accounts;
using ChatApp.Domain.Text;
using FluentValidation;

namespace ChatApp.Web.Features.Accounts;

/// <summary>An API key to create.</summary>
/// <example>{"name": "backup", "scopes": ["read", "export"], "expires_in_days": 90}</example>
public sealed record ApiKeyRequest
{
    internal const int DefaultDays = 90;

    /// <summary>The owner's name for it.</summary>
    public string? Name { get; init; }

    /// <summary>Any of <c>read</c>, <c>chat</c>, <c>export</c> and <c>tools</c>, at least one.</summary>
    public IReadOnlyList<string?>? Scopes { get; init; }

    /// <summary>Days until it expires: 90 if left out, never if null.</summary>
    public int? ExpiresInDays { get; init; } = DefaultDays;

    public NewApiKey ToNewApiKey(string? idempotencyKey = null) =>
        new(Name!.Trim(), ToScopes(), ExpiresInDays is { } days ? TimeSpan.FromDays(days) : null) { IdempotencyKey = idempotencyKey };

    private ApiScope ToScopes() => Scopes!.Aggregate(ApiScope.None, (all, s) => all | Enum.Parse<ApiScope>(s!, ignoreCase: true));
}

/// <summary>A personal API key, as its owner sees it.</summary>
/// <param name="Id">Identifies it, e.g. to revoke it.</param>
/// <param name="Name">The owner's name for it.</param>
/// <param name="Prefix">The beginning of its secret.</param>
/// <param name="Scopes">What it permits.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="LastUsedAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">When it expires; null for never.</param>
public sealed record ApiKeyResponse(
    Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);

/// <summary>A key that has just been created.</summary>
/// <param name="Key">The key.</param>
/// <param name="Secret">Sent as <c>Authorization: Bearer …</c>. It is shown only once and not stored; null in the response to a repeated request with the same <c>Idempotency-Key</c>.</param>
public sealed record CreatedApiKeyResponse(ApiKeyResponse Key, string? Secret);

/// <summary>All keys of an account; there are never more than one page.</summary>
public sealed record ApiKeysResponse(IReadOnlyList<ApiKeyResponse> ApiKeys)
{
    public int Count => ApiKeys.Count;

    public string? NextCursor { get; }
}

internal sealed class ApiKeyRequestValidator : AbstractValidator<ApiKeyRequest>
{
    public ApiKeyRequestValidator()
    {
        RuleFor(r => r.Name).NotEmpty().WithMessage("Give the key a name.")
            .MaximumLength(AccessToken.NameMaxLength).WithMessage($"At most {AccessToken.NameMaxLength} characters are allowed.")
            .Must(n => n is null || StorableText.IsStorable(n)).WithMessage("The name contains characters that cannot be stored.");
        RuleFor(r => r.Scopes).NotEmpty().WithMessage("Choose at least one permission.")
            .Must(s => s is null || s.All(x => x is "read" or "chat" or "export" or "tools")).WithMessage("The scopes are read, chat, export and tools.");
        RuleFor(r => r.ExpiresInDays).InclusiveBetween(1, AccessToken.MaxApiKeyDays).WithMessage($"A key expires after 1 to {AccessToken.MaxApiKeyDays} days, or never.");
    }
}

internal static class ApiKeyMapping
{
    private static readonly ApiScope[] Scopes = [ApiScope.Read, ApiScope.Chat, ApiScope.Export, ApiScope.Tools];

    extension(AccessToken key)
    {
        public ApiKeyResponse ToResponse() => new(
            key.Id, key.Name!, key.Prefix!, [.. Scopes.Where(s => key.Scopes.HasFlag(s)).Select(s => s.ToString().ToLowerInvariant())],
            key.CreatedAt, key.LastUsedAt, key.ExpiresAt);
    }
}
