using System.Text.Json.Serialization;
using ChatApp.Domain.Chat;
using ChatApp.Domain.Sessions;
using ChatApp.Domain.Text;
using FluentValidation;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Features.Chat;

/// <summary>A message on a thread; without one, on the caller's default thread.</summary>
/// <example>{"message": "Which tea keeps longest?", "thread_id": null}</example>
public sealed record ChatRequest(string? Message, string? ThreadId, string? Persona, string? Model)
{
    [JsonIgnore]
    public SessionKey? Key => ThreadId is null ? null : new SessionKey(ThreadId);

    public NewMessage ToNewMessage(string? idempotencyKey) => new(Message!) { Persona = Persona, Model = Model, IdempotencyKey = idempotencyKey };
}

/// <summary>A message in a session.</summary>
/// <example>{"content": "Which tea keeps longest?"}</example>
public sealed record SendMessageRequest(string? Content, string? Persona, string? Model)
{
    public NewMessage ToNewMessage(string? idempotencyKey) => new(Content!) { Persona = Persona, Model = Model, IdempotencyKey = idempotencyKey };
}

internal sealed class ChatRequestValidator : AbstractValidator<ChatRequest>
{
    public ChatRequestValidator(IOptions<ChatSettings> settings)
    {
        RuleFor(r => r.Message).MessageText(settings.Value);
        RuleFor(r => r.Model).ModelName();
    }
}

internal sealed class SendMessageRequestValidator : AbstractValidator<SendMessageRequest>
{
    public SendMessageRequestValidator(IOptions<ChatSettings> settings)
    {
        RuleFor(r => r.Content).MessageText(settings.Value);
        RuleFor(r => r.Model).ModelName();
    }
}

internal static class ChatRules
{
    extension<T>(IRuleBuilder<T, string?> rule)
    {
        public void MessageText(ChatSettings settings) => rule.Custom((text, context) =>
        {
            if (MessageRules.Problem(text, settings.MaxMessageLength) is { } problem)
            {
                context.AddFailure(problem);
            }
        });

        public void ModelName() => rule
            .MaximumLength(ChatMessage.ModelMaxLength).WithMessage($"The model's name may have at most {ChatMessage.ModelMaxLength} characters.")
            .Must(m => m is null || StorableText.IsStorable(m)).WithMessage("There is no such model.");
    }
}
