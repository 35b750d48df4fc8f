using System.Collections.Concurrent;

namespace ChatApp.Domain.Chat;

/// <summary>Tells those who watch a user's sessions that something has changed in them; what, they read for themselves.</summary>
public sealed class UserSignals
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();
    private readonly ConcurrentDictionary<Guid, bool> _raised = new();

    /// <summary>Ends with the next change. Take it before reading, so that no change falls in between.</summary>
    public Task Next(Guid userId) => _waiting.GetOrAdd(userId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that something has changed, to the watchers here now and to other instances soon.</summary>
    public void Raise(Guid userId)
    {
        _raised.TryAdd(userId, true);
        RaiseHere(userId);
    }

    /// <summary>Says that something has changed on another instance.</summary>
    internal void RaiseHere(Guid userId)
    {
        if (_waiting.TryRemove(userId, out var waiting))
        {
            waiting.SetResult();
        }
    }

    /// <summary>Says to everybody here that something may have changed: on other instances, or what this one is connected to.</summary>
    public void RaiseAllHere()
    {
        foreach (var userId in _waiting.Keys)
        {
            RaiseHere(userId);
        }
    }

    /// <summary>Whose changes the other instances have not been told of yet.</summary>
    internal IReadOnlyCollection<Guid> TakeRaised() => _raised.IsEmpty ? [] : [.. _raised.Keys.Where(userId => _raised.TryRemove(userId, out _))];

    /// <summary>Keeps changes for later of which the other instances could not be told.</summary>
    internal void GiveBack(IReadOnlyCollection<Guid> users)
    {
        foreach (var userId in users)
        {
            _raised.TryAdd(userId, true);
        }
    }
}
