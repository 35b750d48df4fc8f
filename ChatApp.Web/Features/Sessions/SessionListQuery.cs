using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>Which sessions a list shows.</summary>
public sealed record SessionListQuery
{
    /// <summary>Lists the trash instead of the live sessions.</summary>
    [FromQuery(Name = "deleted")]
    public bool Deleted { get; init; }

    /// <summary>Text that titles contain.</summary>
    [FromQuery(Name = "q")]
    public string? Q { get; init; }

    public SessionFilter ToFilter() => new(Deleted, string.IsNullOrWhiteSpace(Q) ? null : Q.Trim());
}

internal sealed class SessionListQueryValidator : AbstractValidator<SessionListQuery>
{
    public SessionListQueryValidator() => RuleFor(q => q.Q)
        .MaximumLength(ChatSession.TitleMaxLength).WithMessage($"At most {ChatSession.TitleMaxLength} characters are allowed.")
        .Must(q => q is null || StorableText.IsStorable(q)).WithMessage("The text contains characters that cannot be searched for.");
}
