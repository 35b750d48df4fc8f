using FluentValidation;

namespace ChatApp.Web.Features.Admin;

/// <summary>The maximum number of tokens an account may use; empty for the default.</summary>
public sealed record QuotaForm(long? Tokens);

internal sealed class QuotaFormValidator : AbstractValidator<QuotaForm>
{
    public QuotaFormValidator() => RuleFor(f => f.Tokens).InclusiveBetween(0, 1_000_000_000_000);
}
