using ChatApp.Domain.Sessions;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Sessions;

/// <summary>The form for a new session; the name is optional.</summary>
public sealed record NewSessionForm
{
    [FromForm(Name = "title")]
    public string? Title { get; init; }

    [FromForm(Name = "persona")]
    public string? Persona { get; init; }

    public NewSession ToNewSession() => new() { Title = Title, Persona = Persona };
}

/// <summary>A new name.</summary>
public sealed record TitleForm
{
    [FromForm(Name = "title")]
    public string? Title { get; init; }
}

internal sealed class NewSessionFormValidator : AbstractValidator<NewSessionForm>
{
    public NewSessionFormValidator() => RuleFor(f => f.Title).SessionTitle();
}

internal sealed class TitleFormValidator : AbstractValidator<TitleForm>
{
    public TitleFormValidator()
    {
        RuleFor(f => f.Title).NotEmpty().WithMessage("Enter a name.");
        RuleFor(f => f.Title).SessionTitle();
    }
}
