using System.Globalization;
using System.Text.Json;
using ChatApp.Domain.Accounts;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Tools;
using ChatApp.Domain.Text;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat;

/// <summary>One call to a provider, for the ledger.</summary>
public sealed record ProviderCall(Guid Id, UsagePurpose Purpose, string Provider, string Model, TokenUsage Usage, int DurationMilliseconds);

/// <summary>An answer on its way from the model to its end: collects text and usage and passes the text on to the listeners.</summary>
/// <param name="job">What is being generated.</param>
#pragma warning disable CA1001 // a semaphore whose handle nobody asks for has nothing to dispose
public sealed class ReplyDraft(ReplyJob job)
#pragma warning restore CA1001
{
    private readonly DeltaReader _deltas = new();
    private readonly List<ProviderCall> _calls = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _saving = new(1);
    private IReadOnlyList<ToolCall> _toolCalls = ToolCall.Of(job.Reply);
    private bool _isNewTurn;
    private int _length = job.Reply.Content.Length;

    public ReplyJob Job => job;

    public MessageStatus Status { get; private set; } = MessageStatus.Generating;

    public MessageDetails Details { get; private set; } = new() { Persona = job.Persona };

    /// <summary>The calls to providers so far.</summary>
    public IReadOnlyList<ProviderCall> Calls => _calls;

    /// <summary>All text so far: what the listeners have heard, to the letter.</summary>
    public string Content => job.Live.Text;

    /// <summary>The calls of tools so far, in their order.</summary>
    public IReadOnlyList<ToolCall> ToolCalls
    {
        get
        {
            lock (_lock)
            {
                return _toolCalls;
            }
        }
    }

    public void Omit(int messages) => Details = Details with { OmittedMessages = messages };

    /// <summary>Takes in a piece of the answer.</summary>
    /// <returns>False when the answer is as long as answers may get.</returns>
    public bool Add(ChatResponseUpdate update)
    {
        if (update.FinishReason == ChatFinishReason.Length)
        {
            Details = Details with { Truncated = true };
        }
        var text = _deltas.Read(update.Text);
        return Append(text.Length > 0 ? Separator() + text : text);
    }

    /// <summary>What the model says after its tools have run begins a new paragraph.</summary>
    public void BeginTurn() => _isNewTurn = true;

    public void NoteToolRoundsUsedUp() => Details = Details with { ToolRoundsUsedUp = true };

    /// <summary>Enters a call of a tool that is about to run.</summary>
    /// <param name="tool">Null if there is no such tool.</param>
    /// <param name="name">What the model calls it.</param>
    /// <param name="arguments">What it is called with.</param>
    /// <param name="round">See <see cref="ToolCall.Round"/>.</param>
    public ToolCall AddToolCall(ChatTool? tool, string name, JsonElement arguments, int round)
    {
        lock (_lock)
        {
            var call = new ToolCall
            {
                Id = (_toolCalls.Count + 1).ToString(CultureInfo.InvariantCulture),
                Name = StorableText.Cut(name, ToolApproval.ToolMaxLength),
                Source = tool?.Source ?? "",
                Doing = tool?.Status ?? "",
                Arguments = arguments,
                Round = round,
                Position = _length,
                Status = ToolCallStatus.Running,
            };
            _toolCalls = [.. _toolCalls, call];
            return call;
        }
    }

    /// <summary>Notes how far a call is, has that stored, and shows it to whoever listens, who may look at what is stored.</summary>
    /// <param name="call">The call.</param>
    /// <param name="save">Stores the JSON of all calls. It runs for one call after the other, so that the last state stays.</param>
    public async Task ShowAsync(ToolCall call, Func<string, Task> save)
    {
        lock (_lock)
        {
            _toolCalls = [.. _toolCalls.Select(c => c.Id == call.Id ? call : c)];
        }
        await _saving.WaitAsync();
        try
        {
            var calls = ToolCalls;
            await save(ToolCall.ToJson(calls));
            job.Live.Show(calls);
        }
        finally
        {
            _saving.Release();
        }
    }

    /// <summary>Takes a call that has ended, however it ended, into the account.</summary>
    public void Charge(ProviderCall call) => _calls.Add(call);

    public void Complete()
    {
        Append(_deltas.ReadRest());
        if (string.IsNullOrWhiteSpace(Content))
        {
            Fail(ReplyErrorCode.EmptyAnswer, "The model sent an empty reply.");
            return;
        }
        End(MessageStatus.Complete);
    }

    /// <param name="stopped">Whether the user stopped it.</param>
    public void Interrupt(bool stopped)
    {
        End(MessageStatus.Interrupted);
        Details = Details with { Stopped = stopped };
    }

    /// <param name="code">One of <see cref="ReplyErrorCode"/>.</param>
    /// <param name="text">For people; may quote a provider, who may have written anything.</param>
    public void Fail(string code, string text)
    {
        End(MessageStatus.Failed);
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

    private void End(MessageStatus status)
    {
        Status = status;
        lock (_lock)
        {
            _toolCalls = [.. _toolCalls.Select(c => c.IsOver ? c : c with { Status = ToolCallStatus.Cancelled })];
        }
    }

    private string Separator()
    {
        var isNeeded = _isNewTurn && _length > 0 && job.Live.From(_length - 1) != "\n";
        _isNewTurn = false;
        return isNeeded ? "\n\n" : "";
    }

    private bool Append(string text)
    {
        var room = ChatMessage.ReplyMaxLength - _length;
        if (text.Length > room)
        {
            text = StorableText.Cut(text, room);
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
