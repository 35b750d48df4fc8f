using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Text;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat;

/// <summary>An answer on its way from the model to its end: collects text and usage and passes the text on to the listeners.</summary>
/// <param name="job">What is being generated.</param>
/// <param name="startedAt">A timestamp of the clock.</param>
public sealed class ReplyDraft(ReplyJob job, long startedAt)
{
    private readonly DeltaReader _deltas = new();
    private Prompt? _prompt;
    private int _length;

    public ReplyJob Job => job;

    public long StartedAt => startedAt;

    public MessageStatus Status { get; private set; } = MessageStatus.Generating;

    public MessageDetails Details { get; private set; } = new();

    /// <summary>Who is asked; null if it did not come to that.</summary>
    public ChatModel? Model { get; private set; }

    /// <summary>What the provider reported, the last of its reports.</summary>
    public UsageDetails? Reported { get; private set; }

    /// <summary>All text so far: what the listeners have heard, to the letter.</summary>
    public string Content => job.Live.Text;

    public void Begin(ChatModel model, Prompt prompt)
    {
        (Model, _prompt) = (model, prompt);
        Details = Details with { OmittedMessages = prompt.Omitted };
    }

    /// <summary>Takes in what the model sent.</summary>
    /// <returns>False when the answer is as long as answers may get.</returns>
    public bool Add(ChatResponseUpdate update)
    {
        Reported = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? Reported;
        if (update.FinishReason == ChatFinishReason.Length)
        {
            Details = Details with { Truncated = true };
        }
        return Append(_deltas.Read(update.Text));
    }

    public void Complete()
    {
        Append(_deltas.ReadRest());
        if (string.IsNullOrWhiteSpace(Content))
        {
            Fail(ReplyErrorCode.EmptyAnswer, "The model gave an empty answer.");
            return;
        }
        Status = MessageStatus.Complete;
    }

    public void Interrupt() => Status = MessageStatus.Interrupted;

    /// <param name="code">One of <see cref="ReplyErrorCode"/>.</param>
    /// <param name="text">For people; may quote a provider, who may have written anything.</param>
    public void Fail(string code, string text)
    {
        Status = MessageStatus.Failed;
        Details = Details with { Error = StorableText.Clean(text), ErrorCode = code };
    }

    /// <summary>The tokens to charge: as reported, else estimated from what was sent and received; null if nothing was sent.</summary>
    public TokenUsage? Usage() => this switch
    {
        { Model: null } => null,
        { Reported: { InputTokenCount: { } input and >= 0 and <= int.MaxValue, OutputTokenCount: { } output and >= 0 and <= int.MaxValue } } =>
            new(input, output, Estimated: false), // anything else is nonsense, which would ruin the totals
        _ => new(_prompt?.EstimatedTokens ?? 0, TokenEstimator.Count(Content), Estimated: true),
    };

    private bool Append(string text)
    {
        var room = ChatMessage.ReplyMaxLength - _length;
        if (text.Length > room)
        {
            text = text[..(room > 0 && char.IsHighSurrogate(text[room - 1]) ? room - 1 : room)];
            Details = Details with { Truncated = true };
        }
        if (text.Length > 0)
        {
            _length += text.Length;
            job.Live.Append(text);
        }
        return !(Details.Truncated && _length >= ChatMessage.ReplyMaxLength - 1);
    }
}
