using System.Globalization;
using System.Text;
using System.Text.Json;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Replies;
using ChatApp.Domain.Text;
using ChatApp.Domain.Usage;
using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat.Generation;

/// <summary>One generation of a reply, from its prompt to its end: collects status, details and calls, and passes text and tool calls on to the running reply.</summary>
/// <param name="reply">The assistant message.</param>
/// <param name="persona">The session's persona.</param>
/// <param name="running">Holds the text and the tool calls, for the subscribers.</param>
#pragma warning disable CA1001 // a semaphore without a wait handle has nothing to dispose
public sealed class ReplyRun(ChatMessage reply, string persona, RunningReply running)
#pragma warning restore CA1001
{
    private readonly List<ProviderCall> _calls = [];
    private readonly SemaphoreSlim _saving = new(1);
    private char? _highSurrogate; // half a character at the end of a delta, waiting for its other half
    private bool _isNewTurn;
    private int _toolCalls = running.ToolCalls.Count;

    public ChatMessage Reply => reply;

    public string Persona => persona;

    public RunningReply Running => running;

    /// <inheritdoc cref="NewMessage.Options"/>
    public ChatOptions? Options { get; init; }

    /// <summary>Whether the reply has a beginning that the model is to continue.</summary>
    public bool IsContinued => reply.Content.Length > 0;

    public MessageStatus Status { get; private set; } = MessageStatus.Generating;

    public MessageDetails Details { get; private set; } = new() { Persona = persona };

    /// <summary>The calls to providers so far.</summary>
    public IReadOnlyList<ProviderCall> Calls => _calls;

    public void Omit(int messages) => Details = Details with { OmittedMessages = messages };

    /// <summary>Adds an update of the model. Its text may be cut in the middle of a surrogate pair and may contain anything.</summary>
    /// <returns>False when the reply has reached the maximum length.</returns>
    public bool Add(ChatResponseUpdate update)
    {
        if (update.FinishReason == ChatFinishReason.Length)
        {
            Details = Details with { Truncated = true };
        }
        var text = _highSurrogate is { } high ? high + update.Text : update.Text;
        _highSurrogate = text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1] : null;
        text = StorableText.Clean(_highSurrogate is null ? text : text[..^1]);
        return Append(text.Length > 0 ? Separator() + text : text);
    }

    /// <summary>The model's next text, after its tools have run, begins a new paragraph.</summary>
    public void BeginTurn() => _isNewTurn = true;

    public void NoteToolRoundsUsedUp() => Details = Details with { ToolRoundsUsedUp = true };

    /// <summary>Creates a tool call that is about to run; <see cref="ShowAsync"/> adds it to the reply.</summary>
    /// <param name="tool">Null if there is no such tool.</param>
    /// <param name="name">The name that the model uses.</param>
    /// <param name="arguments">The call's arguments.</param>
    /// <param name="round">See <see cref="ToolCall.Round"/>.</param>
    public ToolCall NewToolCall(ChatTool? tool, string name, JsonElement arguments, int round) => new()
    {
        Id = (++_toolCalls).ToString(CultureInfo.InvariantCulture),
        Name = StorableText.Cut(name, ToolApproval.ToolMaxLength),
        Source = tool?.Source ?? "",
        Doing = tool?.Status ?? "",
        Arguments = arguments,
        Round = round,
        Position = running.Length,
        Status = ToolCallStatus.Running,
    };

    /// <summary>Stores the progress of a call, then shows it to the subscribers, who may read what is stored.</summary>
    /// <param name="call">The call.</param>
    /// <param name="save">Stores all calls. It runs for one call after the other, so that the last state stays.</param>
    public async Task ShowAsync(ToolCall call, Func<IReadOnlyList<ToolCall>, Task> save)
    {
        await _saving.WaitAsync();
        var calls = running.ToolCalls;
        calls = [.. calls.Where(c => c.Id != call.Id).Append(call).OrderBy(c => int.Parse(c.Id, CultureInfo.InvariantCulture))];
        try
        {
            await save(calls);
        }
        finally
        {
            running.Show(calls); // also if the reply is cancelled meanwhile: it is stored with its end
            _saving.Release();
        }
    }

    /// <summary>Adds a call to the reply's cost, which stays within what is reserved for users with a quota.</summary>
    public void Charge(ProviderCall call) => _calls.Add(
        reply.ReservedTokens == 0 ? call : call with { Usage = call.Usage.AtMost(reply.ReservedTokens - _calls.Sum(c => c.Usage.TotalTokens)) });

    public void Complete()
    {
        Append(_highSurrogate is null ? "" : Rune.ReplacementChar.ToString());
        if (string.IsNullOrWhiteSpace(running.Text))
        {
            Fail(ReplyErrorCode.EmptyReply, "The model sent an empty reply.");
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

    /// <summary>The tokens of all calls of the reply, earlier generations included; null if there was none.</summary>
    public TokenUsage? Usage()
    {
        var before = TokenUsage.Of(reply);
        return _calls.Count == 0 ? before : new(
            _calls.Sum(c => c.Usage.PromptTokens) + (before?.PromptTokens ?? 0),
            _calls.Sum(c => c.Usage.CompletionTokens) + (before?.CompletionTokens ?? 0),
            _calls.Any(c => c.Usage.Estimated) || before is { Estimated: true });
    }

    private void End(MessageStatus status)
    {
        Status = status;
        if (running.ToolCalls.Any(c => !c.IsOver))
        {
            running.Show([.. running.ToolCalls.Select(c => c.IsOver ? c : c with { Status = ToolCallStatus.Cancelled })]);
        }
    }

    private string Separator()
    {
        var isNeeded = _isNewTurn && running.Length is > 0 and var length && running.From(length - 1) != "\n";
        _isNewTurn = false;
        return isNeeded ? "\n\n" : "";
    }

    private bool Append(string text)
    {
        var room = ChatMessage.ReplyMaxLength - running.Length;
        if (text.Length > room)
        {
            text = StorableText.Cut(text, room);
            Details = Details with { Truncated = true };
            room = 0;
        }
        if (text.Length > 0)
        {
            running.Append(text);
        }
        return room > 0;
    }
}
