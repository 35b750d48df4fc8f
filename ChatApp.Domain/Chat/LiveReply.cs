using System.Runtime.CompilerServices;
using System.Text;

namespace ChatApp.Domain.Chat;

/// <summary>
/// A growing answer in memory. Listeners share its one text and keep only a position in it, so that a slow one costs nothing and
/// one that comes late, or comes back, starts wherever it likes.
/// </summary>
public sealed class LiveReply(TimeProvider clock)
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private TaskCompletionSource _changed = NewSignal();
    private ReplyEnd? _end;

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

    /// <summary>Adds text. Whole characters only: half a surrogate pair must wait for its other half.</summary>
    public void Append(string text) => Change(() => _text.Append(text));

    /// <summary>Tells the listeners that the answer is stored; the first end counts.</summary>
    public void Finish(ReplyEnd end) => Change(() => _end ??= end);

    /// <summary>Reads the answer from a position on until its end: what is there at once, then what comes, as it comes.</summary>
    /// <param name="position">UTF-16 units that the listener already has.</param>
    /// <param name="ct">Ends the listening, not the answer.</param>
    public async IAsyncEnumerable<ReplyEvent> ReadAsync(int position, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            var (from, text, end, changed) = Look(position);
            position = from + text.Length;
            if (text.Length > 0)
            {
                yield return new ReplyText(text, position);
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

    private (int From, string Text, ReplyEnd? End, Task Changed) Look(int position)
    {
        lock (_lock)
        {
            var from = Math.Clamp(position, 0, _text.Length);
            return (from, _text.ToString(from, _text.Length - from), _end, _changed.Task);
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
