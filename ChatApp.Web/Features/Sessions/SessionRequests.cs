using System.Text.Json;
using System.Text.Json.Serialization;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using FluentValidation;

namespace ChatApp.Web.Features.Sessions;

/// <summary>A session to create; all properties are optional.</summary>
/// <example>{"title": "Tea", "metadata": {"colour": "green"}}</example>
public sealed record CreateSessionRequest(string? Title, string? Persona, JsonElement? Metadata, bool? Temporary)
{
    public NewSession ToNewSession(string? idempotencyKey) =>
        new() { Title = Title, Persona = Persona, Metadata = Metadata.OrNull, Temporary = Temporary ?? false, IdempotencyKey = idempotencyKey };
}

/// <summary>Changes; properties that are left out stay.</summary>
/// <example>{"title": "Tea and coffee", "pinned": true, "archived": false}</example>
public sealed record UpdateSessionRequest(string? Title, string? Persona, JsonElement? Metadata, bool? Pinned, bool? Archived)
{
    [JsonIgnore]
    public bool IsEmpty => Title is null && Persona is null && Metadata.OrNull is null && Pinned is null && Archived is null;

    public SessionChanges ToChanges(IReadOnlyList<uint>? ifVersions) =>
        new() { Title = Title, Persona = Persona, Metadata = Metadata.OrNull, Pinned = Pinned, Archived = Archived, IfVersions = ifVersions };
}

internal sealed class CreateSessionRequestValidator : AbstractValidator<CreateSessionRequest>
{
    public CreateSessionRequestValidator()
    {
        RuleFor(r => r.Title).SessionTitle();
        RuleFor(r => r.Metadata).SessionMetadata();
    }
}

internal sealed class UpdateSessionRequestValidator : AbstractValidator<UpdateSessionRequest>
{
    public UpdateSessionRequestValidator()
    {
        RuleFor(r => r.Title).SessionTitle();
        RuleFor(r => r.Metadata).SessionMetadata();
        RuleFor(r => r.IsEmpty).Equal(false).OverridePropertyName("body").WithMessage("There is nothing to change.");
    }
}

internal static class SessionRules
{
    extension(JsonElement? json)
    {
        /// <summary>The value; null where JSON said null or nothing.</summary>
        public JsonElement? OrNull => json is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } ? json : null;
    }

    extension<T>(IRuleBuilder<T, string?> rule)
    {
        public void SessionTitle() => rule
            .Must(t => t is null || t.Trim().Length > 0).WithMessage("The title is empty.")
            .Must(t => t is null || t.Trim().Length <= ChatSession.TitleMaxLength).WithMessage($"The title may have at most {ChatSession.TitleMaxLength} characters.")
            .Must(t => t is null || StorableText.IsStorable(t)).WithMessage("The title contains characters that cannot be stored.");
    }

    extension<T>(IRuleBuilder<T, JsonElement?> rule)
    {
        public void SessionMetadata() => rule
            .Must(m => m.OrNull is null or { ValueKind: JsonValueKind.Object }).WithMessage("The metadata must be a JSON object.")
            .Must(m => m.OrNull is not { } json || json.GetRawText().Length <= ChatSession.MetadataMaxLength).WithMessage($"The metadata may have at most {ChatSession.MetadataMaxLength} characters.")
            .Must(m => m.OrNull is not { } json || StorableText.IsStorable(json)).WithMessage("The metadata contains something that cannot be stored.");
    }
}
