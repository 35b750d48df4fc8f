using ChatApp.Domain.Chat.Ports;
using ChatApp.Domain.Time;

namespace ChatApp.Web.Integrations;

/// <summary>A tool source's most recent failure, described for administrators.</summary>
public sealed record ToolFailure(string Text, DateTimeOffset At);

/// <summary>Tracks the success and failure of calls to a tool source's service.</summary>
public sealed class ToolHealth(TimeProvider clock)
{
    /// <summary>The most recent failure, however long ago.</summary>
    public ToolFailure? Failure { get; private set; }

    /// <summary>When a call last succeeded.</summary>
    public DateTimeOffset? WorkedAt { get; private set; }

    /// <summary>Records the outcome of a call.</summary>
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
