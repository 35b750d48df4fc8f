using System.Collections.Concurrent;

namespace ChatApp.Domain.Chat.Replies;

/// <summary>A user's session that has changed; without a session, any of them may have.</summary>
public readonly record struct SessionChange(Guid UserId, Guid? SessionId);

/// <summary>Signals that a user's sessions have changed. Watchers read themselves what has changed.</summary>
public sealed class ChangeSignals
{
    private readonly ConcurrentDictionary<SessionChange, bool> _unpublished = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, List<Watcher>> _watchers = [];

    /// <summary>Watches a user's sessions until the watcher is disposed.</summary>
    public Watcher Watch(Guid userId)
    {
        var watcher = new Watcher(this, userId);
        lock (_lock)
        {
            if (!_watchers.TryGetValue(userId, out var all))
            {
                _watchers[userId] = all = [];
            }
            all.Add(watcher);
        }
        return watcher;
    }

    /// <summary>Signals a change to the watchers of this instance at once and to other instances with the journal's next tick.</summary>
    public void Raise(Guid userId, Guid? sessionId)
    {
        var change = new SessionChange(userId, sessionId);
        _unpublished.TryAdd(change, true);
        RaiseHere(change);
    }

    /// <summary>Signals to all watchers of this instance that anything may have changed.</summary>
    public void RaiseAllHere()
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers.Values.SelectMany(all => all))
            {
                watcher.Add(null);
            }
        }
    }

    /// <summary>Signals a change that another instance has published.</summary>
    internal void RaiseHere(SessionChange change)
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers.GetValueOrDefault(change.UserId) ?? [])
            {
                watcher.Add(change.SessionId);
            }
        }
    }

    /// <summary>The changes that are not yet published to the other instances.</summary>
    internal IReadOnlyCollection<SessionChange> TakeUnpublished() =>
        _unpublished.IsEmpty ? [] : [.. _unpublished.Keys.Where(change => _unpublished.TryRemove(change, out _))];

    /// <summary>Keeps changes that could not be published for the next attempt.</summary>
    internal void Return(IReadOnlyCollection<SessionChange> changes)
    {
        foreach (var change in changes)
        {
            _unpublished.TryAdd(change, true);
        }
    }

    private void Remove(Watcher watcher)
    {
        lock (_lock)
        {
            if (_watchers.TryGetValue(watcher.UserId, out var all) && all.Remove(watcher) && all.Count == 0)
            {
                _watchers.Remove(watcher.UserId);
            }
        }
    }

    /// <summary>Collects the changes of a user's sessions.</summary>
    public sealed class Watcher(ChangeSignals owner, Guid userId) : IDisposable
    {
        private readonly Lock _lock = new();
        private HashSet<Guid> _sessions = [];
        private bool _isAny;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid UserId => userId;

        /// <summary>Completes when there is something to take.</summary>
        public Task Changed
        {
            get
            {
                lock (_lock)
                {
                    return _changed.Task;
                }
            }
        }

        /// <summary>The sessions that have changed since the last call; null if any of them may have. Take them before reading, so that no change is missed.</summary>
        public IReadOnlyCollection<Guid>? Take()
        {
            lock (_lock)
            {
                var (sessions, isAny) = (_sessions, _isAny);
                (_sessions, _isAny) = ([], false);
                if (_changed.Task.IsCompleted)
                {
                    _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
                return isAny ? null : sessions;
            }
        }

        public void Dispose() => owner.Remove(this);

        internal void Add(Guid? sessionId)
        {
            lock (_lock)
            {
                _isAny |= sessionId is null;
                if (sessionId is { } id)
                {
                    _sessions.Add(id);
                }
                _changed.TrySetResult();
            }
        }
    }
}
