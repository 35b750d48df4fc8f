using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using ChatApp.Domain.Chat.Generation.Tools;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>
/// A reply in memory while it is generated. Its subscribers share one text and each keeps only a position in it, so that a slow subscriber costs nothing
/// and a late or returning one starts at any position.
/// </summary>
/// <param name="id">The assistant message.</param>
/// <param name="userId">The user it belongs to.</param>
/// <param name="text">The text that is stored already, when the reply is continued.</param>
/// <param name="toolCalls">The tool calls that are stored already.</param>
#pragma warning disable CA1001 // a token source without a timer has nothing to dispose
public sealed class RunningReply(Guid id, Guid userId, string text = "", IReadOnlyList<ToolCall>? toolCalls = null)
#pragma warning restore CA1001
{
    /// <summary>The longest text of an event, in UTF-16 units: what a subscriber that stalls keeps in memory.</summary>
    internal const int PieceLength = 16_384;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new(text);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ChannelWriter<bool>> _subscribers = [];
    private TaskCompletionSource? _changed;
    private IReadOnlyList<ToolCall> _toolCalls = toolCalls ?? [];
    private ReplyEnd? _end;
    private int _journalled = text.Length; // the beginning of a continued reply is stored with its message
    private bool _isInJournal;
    private bool _isJournalClosed;

    public Guid Id => id;

    public Guid UserId => userId;

    /// <summary>Cancelled when the user wants the reply stopped.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>All text so far.</summary>
    public string Text => From(0);

    /// <summary>UTF-16 units so far.</summary>
    public int Length
    {
        get
        {
            lock (_lock)
            {
                return _text.Length;
            }
        }
    }

    /// <summary>The tool calls so far, in their order; another list whenever one of them has changed.</summary>
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

    /// <summary>Completes with the next change. Take it before reading, so that no change is missed.</summary>
    public Task NextChange
    {
        get
        {
            lock (_lock)
            {
                return (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>The text from a position on; empty if the text does not reach it.</summary>
    public string From(int position) => Look(position, int.MaxValue).Text;

    public void RequestStop() => _ = _stop.CancelAsync();

    /// <summary>Adds text. Whole characters only: half a surrogate pair must wait for its other half.</summary>
    public void Append(string delta)
    {
        lock (_lock)
        {
            _text.Append(delta);
            Signal();
        }
    }

    /// <summary>Replaces the tool calls by ones that have progressed.</summary>
    public void Show(IReadOnlyList<ToolCall> calls)
    {
        lock (_lock)
        {
            _toolCalls = calls;
            Signal();
        }
    }

    /// <summary>Signals that the reply is stored; only the first end counts.</summary>
    public void Finish(ReplyEnd end)
    {
        lock (_lock)
        {
            _end ??= end;
            Signal();
        }
    }

    /// <summary>Reads the reply from a position to its end: first what is there, then each change. A position that the text has not reached yet is waited for.</summary>
    /// <param name="position">UTF-16 units that the subscriber already has.</param>
    /// <param name="ct">Ends the subscription, not the reply.</param>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(int position, [EnumeratorCancellation] CancellationToken ct)
    {
        // Thousands of subscribers wait at once for each token, so a wait allocates nothing: one slot, and cancelling completes the channel.
        var signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        await using var cancelling = ct.UnsafeRegister(_ => signal.Writer.TryComplete(new OperationCanceledException(ct)), null);
        Subscribe(signal.Writer);
        IReadOnlyList<ToolCall>? seen = null;
        try
        {
            while (true)
            {
                var (piece, calls, end) = Look(position, PieceLength);
                if (piece.Length > 0)
                {
                    position = Math.Max(position, 0) + piece.Length;
                    yield return new ReplyText(piece, position);
                }
                else if (calls != seen)
                {
                    // Calls that ended before the subscription are part of the stored message; those that ended since the last event are reported.
                    foreach (var call in calls.Except(seen ?? [], ToolCall.ByProgress).Where(c => !c.IsOver || seen?.Any(s => s.Id == c.Id) == false))
                    {
                        yield return new ReplyTool(call);
                    }
                    seen = calls;
                }
                else if (end is not null)
                {
                    yield return end;
                    yield break;
                }
                else
                {
                    await signal.Reader.ReadAsync(CancellationToken.None);
                }
            }
        }
        finally
        {
            Unsubscribe(signal.Writer);
        }
    }

    /// <summary>The text that is not in the journal yet; null if there is none, or the reply is about to be stored as a whole.</summary>
    internal ReplyDelta? TakeUnjournalled()
    {
        lock (_lock)
        {
            if (_isJournalClosed || _journalled == _text.Length)
            {
                return null;
            }
            _isInJournal = true;
            return new() { MessageId = id, UserId = userId, Position = _journalled, Content = _text.ToString(_journalled, _text.Length - _journalled) };
        }
    }

    /// <summary>Records that this delta is in the journal.</summary>
    internal void Journalled(ReplyDelta delta)
    {
        lock (_lock)
        {
            _journalled = delta.Position + delta.Content.Length;
        }
    }

    /// <summary>Keeps further text out of the journal.</summary>
    /// <returns>Whether any of its text was journalled.</returns>
    internal bool CloseJournal()
    {
        lock (_lock)
        {
            _isJournalClosed = true;
            return _isInJournal;
        }
    }

    private void Subscribe(ChannelWriter<bool> subscriber)
    {
        lock (_lock)
        {
            _subscribers.Add(subscriber);
        }
    }

    private void Unsubscribe(ChannelWriter<bool> subscriber)
    {
        lock (_lock)
        {
            _subscribers.Remove(subscriber);
        }
    }

    private (string Text, IReadOnlyList<ToolCall> ToolCalls, ReplyEnd? End) Look(int position, int mostLength)
    {
        lock (_lock)
        {
            var from = Math.Clamp(position, 0, _text.Length);
            var length = Math.Min(_text.Length - from, mostLength);
            if (from + length < _text.Length && char.IsHighSurrogate(_text[from + length - 1]))
            {
                length--; // a character is not split
            }
            return (length == 0 ? "" : _text.ToString(from, length), _toolCalls, _end);
        }
    }

    // Under the lock: continuations run elsewhere.
    private void Signal()
    {
        foreach (var subscriber in _subscribers)
        {
            subscriber.TryWrite(true);
        }
        _changed?.SetResult();
        _changed = null;
    }
}
