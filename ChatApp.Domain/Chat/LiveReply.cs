using System.Runtime.CompilerServices;
using System.Text;
using ChatApp.Domain.Chat.Tools;

namespace ChatApp.Domain.Chat;

/// <summary>
/// A growing answer in memory. Listeners share its one text and keep only a position in it, so that a slow one costs nothing and
/// one that comes late, or comes back, starts wherever it likes.
/// </summary>
#pragma warning disable CA1001 // a token source without a timer has nothing to dispose
public sealed class LiveReply(Guid id, Guid userId, string text, TimeProvider clock)
#pragma warning restore CA1001
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new(text);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ReplyListener> _listeners = [];
    private TaskCompletionSource? _changed; // for those who wait once
    private IReadOnlyList<ToolCall> _tools = [];
    private ReplyEnd? _end;
    private int _journalled = text.Length; // a continued answer's first part is stored with its message
    private bool _isInJournal;
    private bool _isJournalClosed;

    /// <summary>The assistant message.</summary>
    public Guid Id => id;

    /// <summary>Whose it is.</summary>
    public Guid UserId => userId;

    /// <summary>Cancelled when somebody wants the answer stopped.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>All text so far.</summary>
    public string Text
    {
        get
        {
            lock (_lock)
            {
                return _text.ToString();
            }
        }
    }

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

    /// <summary>The calls of tools so far; another list whenever one of them has changed.</summary>
    public IReadOnlyList<ToolCall> ToolCalls
    {
        get
        {
            lock (_lock)
            {
                return _tools;
            }
        }
    }

    /// <summary>The text from a position on.</summary>
    public string From(int position) => Look(position).Piece;

    /// <summary>Ends with the next change. Take it before reading, so that no change falls in between.</summary>
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

    /// <summary>Asks whoever writes the answer to stop.</summary>
    public void RequestStop() => _ = _stop.CancelAsync();

    /// <summary>Adds text. Whole characters only: half a surrogate pair must wait for its other half.</summary>
    public void Append(string piece)
    {
        lock (_lock)
        {
            _text.Append(piece);
            Tell();
        }
    }

    /// <summary>Shows how far the calls of tools are.</summary>
    public void Show(IReadOnlyList<ToolCall> toolCalls)
    {
        lock (_lock)
        {
            _tools = toolCalls;
            Tell();
        }
    }

    /// <summary>Tells the listeners that the answer is stored; the first end counts.</summary>
    public void Finish(ReplyEnd end)
    {
        lock (_lock)
        {
            _end ??= end;
            Tell();
        }
    }

    /// <summary>Reads the answer from a position on until its end: what is there at once, then what comes, as it comes.</summary>
    /// <param name="position">UTF-16 units that the listener already has.</param>
    /// <param name="ct">Ends the listening, not the answer.</param>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(int position, [EnumeratorCancellation] CancellationToken ct)
    {
        using var listener = new ReplyListener(clock, ct);
        Join(listener);
        IReadOnlyList<ToolCall>? seen = null;
        try
        {
            while (true)
            {
                var (from, piece, tools, end) = Look(position);
                position = from + piece.Length;
                if (piece.Length > 0)
                {
                    yield return new ReplyText(piece, position);
                }
                else if (tools != seen)
                {
                    // Also of those that were too quick to be seen running; but what was over before the listener came is no news.
                    foreach (var call in tools.Except(seen ?? [], ToolCall.ByProgress).Where(c => !c.IsOver || seen?.Any(s => s.Id == c.Id) == false))
                    {
                        yield return new ReplyTool(call);
                    }
                    seen = tools;
                }
                else if (end is not null)
                {
                    yield return end;
                    yield break;
                }
                else if (!await listener.WaitAsync())
                {
                    yield return new ReplyPing();
                }
            }
        }
        finally
        {
            Leave(listener);
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ReplyEnd> EndAsync(CancellationToken ct)
    {
        while (true)
        {
            var changed = NextChange;
            if (Look(int.MaxValue).End is { } end)
            {
                return end;
            }
            await changed.WaitAsync(ct);
        }
    }

    /// <summary>The text that is not in the journal yet; null if there is none, or the answer is about to be stored as a whole.</summary>
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

    /// <summary>Notes that this piece is in the journal.</summary>
    internal void Journalled(ReplyDelta piece)
    {
        lock (_lock)
        {
            _journalled = piece.Position + piece.Content.Length;
        }
    }

    /// <summary>Keeps further text out of the journal.</summary>
    /// <returns>Whether any was given to it.</returns>
    internal bool CloseJournal()
    {
        lock (_lock)
        {
            _isJournalClosed = true;
            return _isInJournal;
        }
    }

    private void Join(ReplyListener listener)
    {
        lock (_lock)
        {
            _listeners.Add(listener);
        }
    }

    private void Leave(ReplyListener listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    private (int From, string Piece, IReadOnlyList<ToolCall> Tools, ReplyEnd? End) Look(int position)
    {
        lock (_lock)
        {
            var from = Math.Clamp(position, 0, _text.Length);
            return (from, from == _text.Length ? "" : _text.ToString(from, _text.Length - from), _tools, _end);
        }
    }

    // Under the lock: nobody whom this wakes runs here.
    private void Tell()
    {
        foreach (var listener in _listeners)
        {
            listener.Wake();
        }
        _changed?.SetResult();
        _changed = null;
    }
}
