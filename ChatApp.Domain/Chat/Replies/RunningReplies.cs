using System.Collections.Concurrent;
using ChatApp.Domain.Chat.Generation.Tools;
using ChatApp.Domain.Chat.Ports;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>
/// The replies that are being generated: those of this instance, and copies of other instances' replies, which grow from the journal as long as a subscriber
/// has a lease on them. Finished replies are read from the database.
/// </summary>
public sealed class RunningReplies : IDisposable
{
    // How often the journal is read without a signal, in case one was lost.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Guid, RunningReply> _local = new();
    private readonly ConcurrentDictionary<Guid, (RunningReply Reply, int Leases)> _copies = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _growing = new(1);
    private readonly IServiceScopeFactory _scopes;
    private readonly IInstances _instances;
    private readonly ChangeSignals _signals;

    public RunningReplies(IServiceScopeFactory scopes, IInstances instances, ChangeSignals signals)
    {
        (_scopes, _instances, _signals) = (scopes, instances, signals);
        _instances.Received += Receive;
        _instances.Reconnected += CatchUp;
        _instances.StopRequested += Stop;
    }

    /// <summary>The replies that this instance generates, in no order.</summary>
    public IEnumerable<RunningReply> Local => _local.Values;

    public void Dispose()
    {
        _instances.Received -= Receive;
        _instances.Reconnected -= CatchUp;
        _instances.StopRequested -= Stop;
        _wake.Dispose();
        _growing.Dispose();
    }

    /// <summary>Registers a reply that is about to be generated here; before its message is committed, so that it is always found.</summary>
    /// <param name="id">The reply.</param>
    /// <param name="userId">The user it belongs to.</param>
    /// <param name="continued">The stored beginning, when it is continued.</param>
    public RunningReply Open(Guid id, Guid userId, ChatMessage? continued = null) =>
        _local[id] = continued is null ? new(id, userId) : new(id, userId, continued.Content, ToolCall.Of(continued));

    /// <summary>Removes a reply that has ended; its subscribers still receive the end.</summary>
    public void Close(RunningReply reply) => _local.TryRemove(new(reply.Id, reply));

    /// <summary>The reply, if this instance generates it.</summary>
    public RunningReply? FindLocal(Guid replyId) => _local.GetValueOrDefault(replyId);

    /// <summary>The reply while it is generated, with its text so far, whichever instance writes it.</summary>
    /// <returns>Null if it has ended.</returns>
    public async Task<Lease?> FindAsync(ChatMessage reply, CancellationToken ct)
    {
        if (FindLocal(reply.Id) is { } local)
        {
            return new(local, null);
        }
        if (reply.Status != MessageStatus.Generating)
        {
            return null;
        }
        var copy = _copies.AddOrUpdate(
            reply.Id,
            id => (new(id, reply.UserId, reply.Content, ToolCall.Of(reply)), 1),
            (_, present) => (present.Reply, present.Leases + 1));
        try
        {
            await GrowAsync([copy.Reply], ct);
            return new(copy.Reply, this);
        }
        catch
        {
            Release(copy.Reply);
            throw;
        }
    }

    /// <summary>Updates all copies after a signal of another instance, or after a while.</summary>
    public async Task FollowAsync(CancellationToken ct)
    {
        await _wake.WaitAsync(Interval, ct);
        await GrowAsync([.. _copies.Values.Select(c => c.Reply)], ct);
    }

    private void Receive(IReadOnlyCollection<SessionChange> changes)
    {
        foreach (var change in changes)
        {
            _signals.RaiseHere(change);
        }
        Wake();
    }

    private void CatchUp()
    {
        _signals.RaiseAllHere();
        Wake();
    }

    private void Stop(Guid replyId) => FindLocal(replyId)?.RequestStop();

    private void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    // One at a time: two that read the same delta would both append it.
    private async Task GrowAsync(IReadOnlyCollection<RunningReply> replies, CancellationToken ct)
    {
        if (replies.Count == 0)
        {
            return;
        }
        await _growing.WaitAsync(ct);
        try
        {
            await using var scope = _scopes.CreateAsyncScope();
            var copies = replies.ToDictionary(r => r.Id);
            // First the deltas, then the messages: a reply that ends in between is found whole.
            foreach (var delta in await scope.ServiceProvider.GetRequiredService<IReplyStore>().ReadDeltasAsync(replies, ct))
            {
                if (copies[delta.MessageId] is var copy && delta.Position <= copy.Length && delta.Position + delta.Content.Length > copy.Length)
                {
                    copy.Append(delta.Content[(copy.Length - delta.Position)..]);
                }
            }
            var (users, ids) = (replies.Select(r => r.UserId).Distinct().ToArray(), copies.Keys.ToArray());
            var db = scope.ServiceProvider.GetRequiredService<IChatDb>();
            foreach (var stored in await db.Messages.AsNoTracking().Where(m => users.Contains(m.UserId) && ids.Contains(m.Id)).ToListAsync(ct))
            {
                copies.Remove(stored.Id, out var copy);
                Update(copy!, stored);
            }
            foreach (var deleted in copies.Values) // their subscribers would wait forever
            {
                deleted.Finish(ReplyEnd.Deleted);
            }
        }
        finally
        {
            _growing.Release();
        }
    }

    private static void Update(RunningReply copy, ChatMessage stored)
    {
        if (ToolCall.Of(stored) is var calls && !calls.SequenceEqual(copy.ToolCalls, ToolCall.ByProgress))
        {
            copy.Show(calls);
        }
        if (stored.Status != MessageStatus.Generating)
        {
            if (copy.Length < stored.Content.Length)
            {
                copy.Append(stored.Content[copy.Length..]);
            }
            copy.Finish(ReplyEnd.Of(stored));
        }
    }

    private void Release(RunningReply reply)
    {
        var left = _copies.AddOrUpdate(reply.Id, _ => (reply, 0), (_, present) => (present.Reply, present.Leases - 1));
        if (left.Leases <= 0)
        {
            _copies.TryRemove(new(reply.Id, left)); // unless a subscriber takes a lease at this moment
        }
    }

    /// <summary>Keeps a reply growing until it is disposed.</summary>
    public sealed class Lease(RunningReply reply, RunningReplies? owner) : IDisposable
    {
        private RunningReplies? _owner = owner;

        public RunningReply Reply => reply;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release(reply);
    }
}
