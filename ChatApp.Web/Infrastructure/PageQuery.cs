using ChatApp.Domain.Paging;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Infrastructure;

/// <summary>The query parameters of lists.</summary>
public sealed record PageQuery
{
    /// <summary>The maximum number of items per page.</summary>
    [FromQuery(Name = "limit")]
    public int Limit { get; init; } = PageLimit.Default;

    /// <summary>The <c>next_cursor</c> of the previous page.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }
}

internal sealed class PageQueryValidator : AbstractValidator<PageQuery>
{
    public PageQueryValidator() =>
        RuleFor(q => q.Limit).InclusiveBetween(1, PageLimit.Max).WithMessage($"The limit must be between 1 and {PageLimit.Max}.");
}
