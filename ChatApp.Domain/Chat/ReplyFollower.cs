using System.Collections.Concurrent;
using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Chat.Tools;
using ChatApp.Domain.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat;

/// <summary>Answers that other instances write: copies of them grow here from the journal as long as somebody listens.</summary>
public sealed class ReplyFollower : IDisposable
{
    // A look without a wake-up call, for calls that got lost.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, Copy> _copies = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly IServiceScopeFactory _scopes;
    private readonly IReplyJournal _journal;
    private readonly UserSignals _signals;
    private readonly TimeProvider _clock;

    public ReplyFollower(IServiceScopeFactory scopes, IReplyJournal journal, UserSignals signals, TimeProvider clock)
    {
        (_scopes, _journal, _signals, _clock) = (scopes, journal, signals, clock);
        _journal.Changed += Wake;
        _journal.Missed += WakeAll;
    }

    public void Dispose()
    {
        _journal.Changed -= Wake;
        _journal.Missed -= WakeAll;
        _wake.Dispose();
    }

    /// <summary>Lets a copy of the answer grow until the lease is disposed.</summary>
    public Lease Join(ChatMessage reply)
    {
        var copy = _copies.AddOrUpdate(
            reply.Id,
            id => new(new LiveReply(id, reply.UserId, reply.Content, _clock), 1),
            (_, present) => present with { Listeners = present.Listeners + 1 });
        Wake();
        return new(copy.Live, this);
    }

    /// <summary>Lets the copies grow until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await _wake.WaitAsync(Interval, ct);
            try
            {
                await GrowAsync(ct);
            }
            catch (Exception e) when (e.IsDatabaseUnavailable)
            {
                await Task.Delay(Interval, _clock, ct);
            }
        }
    }

    private void Wake(IReadOnlyCollection<Guid> users)
    {
        foreach (var user in users)
        {
            _signals.RaiseHere(user);
        }
        Wake();
    }

    private void WakeAll()
    {
        _signals.RaiseAllHere();
        Wake();
    }

    private void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    private async Task GrowAsync(CancellationToken ct)
    {
        var copies = _copies.Values.Select(c => c.Live).ToDictionary(l => l.Id);
        if (copies.Count == 0)
        {
            return;
        }
        await using var scope = _scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
        var (ids, users, positions) = (copies.Keys.ToArray(), copies.Values.Select(l => l.UserId).ToArray(), copies.Values.Select(l => l.Length).ToArray());
        // First the pieces, then the ends: an answer that ends in between is found whole.
        var pieces = await db.ReplyDeltas.FromSql($"""
            SELECT d.* FROM unnest({ids}, {users}, {positions}) AS f(id, user_id, position) JOIN reply_deltas d ON d.user_id = f.user_id AND d.message_id = f.id AND d.position >= f.position
            ORDER BY d.message_id, d.position
            """).AsNoTracking().ToListAsync(ct);
        foreach (var piece in pieces.Where(p => p.Position == copies[p.MessageId].Length))
        {
            copies[piece.MessageId].Append(piece.Content);
        }
        foreach (var stored in await db.Messages.AsNoTracking().Where(m => users.Contains(m.UserId) && ids.Contains(m.Id)).ToListAsync(ct))
        {
            var copy = copies[stored.Id];
            if (ToolCall.Of(stored) is { } calls && !calls.SequenceEqual(copy.ToolCalls, ToolCall.ByProgress))
            {
                copy.Show(calls);
            }
            if (stored.Status == MessageStatus.Generating)
            {
                continue;
            }
            if (copy.Length < stored.Content.Length)
            {
                copy.Append(stored.Content[copy.Length..]);
            }
            copy.Finish(ReplyEnd.Of(stored));
        }
    }

    private void Leave(LiveReply live)
    {
        var left = _copies.AddOrUpdate(live.Id, _ => new(live, 0), (_, present) => present with { Listeners = present.Listeners - 1 });
        if (left.Listeners <= 0)
        {
            _copies.TryRemove(new(live.Id, left)); // unless somebody joins at this moment
        }
    }

    /// <summary>A listener's hold on a copy.</summary>
    public sealed class Lease(LiveReply live, ReplyFollower? follower) : IDisposable
    {
        private ReplyFollower? _follower = follower;

        public LiveReply Live => live;

        public void Dispose() => Interlocked.Exchange(ref _follower, null)?.Leave(live);
    }

    private sealed record Copy(LiveReply Live, int Listeners);
}
