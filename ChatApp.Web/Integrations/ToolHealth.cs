using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;

namespace ChatApp.Web.Integrations;

/// <summary>What went wrong last, in words for the administrator.</summary>
public sealed record ToolFailure(string Text, DateTimeOffset At);

/// <summary>Remembers how calls of a source's service went.</summary>
public sealed class ToolHealth(TimeProvider clock)
{
    /// <summary>What went wrong last, however long ago.</summary>
    public ToolFailure? Failure { get; private set; }

    /// <summary>When a call last did what it was asked to.</summary>
    public DateTimeOffset? WorkedAt { get; private set; }

    /// <summary>Remembers how a call ends.</summary>
    public async Task<T> WatchAsync<T>(Task<T> call)
    {
        try
        {
            var result = await call;
            WorkedAt = clock.Now();
            return result;
        }
        catch (ToolException e)
        {
            Failure = new(e.Message, clock.Now());
            throw;
        }
    }
}
