using System.Runtime.CompilerServices;
using System.Text;

namespace ChatApp.Domain.Chat;

/// <summary>
/// A growing answer in memory. Listeners share its one text and keep only a position in it, so that a slow one costs nothing and
/// one that comes late, or comes back, starts wherever it likes.
/// </summary>
#pragma warning disable CA1001 // a token source without a timer has nothing to dispose
public sealed class LiveReply(Guid id, Guid userId, string text, TimeProvider clock)
#pragma warning restore CA1001
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new(text);
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _changed = NewSignal();
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

    /// <summary>The text from a position on.</summary>
    public string From(int position) => Look(position).Piece;

    /// <summary>Ends with the next change. Take it before reading, so that no change falls in between.</summary>
    public Task NextChange => Look(int.MaxValue).Changed;

    /// <summary>Asks whoever writes the answer to stop.</summary>
    public void RequestStop() => _ = _stop.CancelAsync();

    /// <summary>Adds text. Whole characters only: half a surrogate pair must wait for its other half.</summary>
    public void Append(string piece) => Change(() => _text.Append(piece));

    /// <summary>Tells the listeners that the answer is stored; the first end counts.</summary>
    public void Finish(ReplyEnd end) => Change(() => _end ??= end);

    /// <summary>Reads the answer from a position on until its end: what is there at once, then what comes, as it comes.</summary>
    /// <param name="position">UTF-16 units that the listener already has.</param>
    /// <param name="ct">Ends the listening, not the answer.</param>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(int position, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var (from, piece, end, changed) = Look(position);
            position = from + piece.Length;
            if (piece.Length > 0)
            {
                yield return new ReplyText(piece, position);
            }
            else if (end is not null)
            {
                yield return end;
                yield break;
            }
            else if (!await ChangedAsync(changed, ct))
            {
                yield return new ReplyPing();
            }
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ReplyEnd> EndAsync(CancellationToken ct)
    {
        while (true)
        {
            var (_, _, end, changed) = Look(int.MaxValue);
            if (end is not null)
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

    private async Task<bool> ChangedAsync(Task changed, CancellationToken ct)
    {
        try
        {
            await changed.WaitAsync(PingInterval, clock, ct);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private (int From, string Piece, ReplyEnd? End, Task Changed) Look(int position)
    {
        lock (_lock)
        {
            var from = Math.Clamp(position, 0, _text.Length);
            return (from, from == _text.Length ? "" : _text.ToString(from, _text.Length - from), _end, _changed.Task);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            change();
            (signal, _changed) = (_changed, NewSignal());
        }
        signal.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
