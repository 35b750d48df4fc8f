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

    /// <summary>Only archived sessions, or only others. Left out: both in a search by <c>q</c> and in the trash, otherwise only those that are not archived.</summary>
    [FromQuery(Name = "archived")]
    public bool? Archived { get; init; }

    public SessionFilter ToFilter()
    {
        var text = string.IsNullOrWhiteSpace(Q) ? null : Q.Trim();
        return new(Deleted, text, Archived: Archived ?? (Deleted || text is not null ? null : false));
    }
}

internal sealed class SessionListQueryValidator : AbstractValidator<SessionListQuery>
{
    public SessionListQueryValidator() => RuleFor(q => q.Q)
        .MaximumLength(ChatSession.TitleMaxLength).WithMessage($"At most {ChatSession.TitleMaxLength} characters are allowed.")
        .Must(q => q is null || StorableText.IsStorable(q)).WithMessage("The text contains characters that cannot be searched for.");
}
