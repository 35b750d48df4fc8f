using ChatApp.Domain.Search;
using ChatApp.Domain.Text;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Search;

/// <summary>A search.</summary>
public sealed record SearchRequest
{
    /// <summary>Across sessions: words, "phrases", -exclusions and prefixes*. Within one: the text itself.</summary>
    [FromQuery(Name = "query")]
    public string? Query { get; init; }
}

internal sealed class SearchRequestValidator : AbstractValidator<SearchRequest>
{
    public SearchRequestValidator() => RuleFor(r => r.Query).Cascade(CascadeMode.Stop)
        .Must(q => !string.IsNullOrWhiteSpace(q)).WithMessage("Enter what to search for.")
        .MaximumLength(SearchQuery.MaxLength).WithMessage($"At most {SearchQuery.MaxLength} characters are allowed.")
        .Must(q => StorableText.IsStorable(q)).WithMessage("The text contains characters that cannot be searched for.");
}
