using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Text;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat;

/// <summary>One call to a provider, for the ledger.</summary>
public sealed record ProviderCall(Guid Id, string Provider, string Model, TokenUsage Usage, int DurationMilliseconds);

/// <summary>An answer on its way from the model to its end: collects text and usage and passes the text on to the listeners.</summary>
/// <param name="job">What is being generated.</param>
public sealed class ReplyDraft(ReplyJob job)
{
    private readonly DeltaReader _deltas = new();
    private readonly List<ProviderCall> _calls = [];
    private int _length = job.Reply.Content.Length;

    public ReplyJob Job => job;

    public MessageStatus Status { get; private set; } = MessageStatus.Generating;

    public MessageDetails Details { get; private set; } = new();

    /// <summary>The calls to providers so far.</summary>
    public IReadOnlyList<ProviderCall> Calls => _calls;

    /// <summary>All text so far: what the listeners have heard, to the letter.</summary>
    public string Content => job.Live.Text;

    public void Omit(int messages) => Details = Details with { OmittedMessages = messages };

    /// <summary>Takes in a piece of the answer.</summary>
    /// <returns>False when the answer is as long as answers may get.</returns>
    public bool Add(ChatResponseUpdate update)
    {
        if (update.FinishReason == ChatFinishReason.Length)
        {
            Details = Details with { Truncated = true };
        }
        return Append(_deltas.Read(update.Text));
    }

    /// <summary>Takes a call that has ended, however it ended, into the account.</summary>
    public void Charge(ProviderCall call) => _calls.Add(call);

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

    /// <summary>The tokens of the answer: those of all its calls, also of the ones that its beginning has cost; null if there was none.</summary>
    public TokenUsage? Usage()
    {
        var before = TokenUsage.Of(job.Reply);
        return _calls.Count == 0 ? before : new(
            _calls.Sum(c => c.Usage.PromptTokens) + (before?.PromptTokens ?? 0),
            _calls.Sum(c => c.Usage.CompletionTokens) + (before?.CompletionTokens ?? 0),
            _calls.Any(c => c.Usage.Estimated) || before is { Estimated: true });
    }

    private bool Append(string text)
    {
        var room = ChatMessage.ReplyMaxLength - _length;
        if (text.Length > room)
        {
            text = text[..(room > 0 && char.IsHighSurrogate(text[room - 1]) ? room - 1 : room)];
            Details = Details with { Truncated = true };
            room = 0;
        }
        if (text.Length > 0)
        {
            _length += text.Length;
            job.Live.Append(text);
        }
        return room > 0;
    }
}
