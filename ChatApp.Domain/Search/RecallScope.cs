namespace ChatApp.Domain.Search;

/// <summary>Which sessions to look into, as seen from the one in which the question was asked.</summary>
public enum SessionReach
{
    All,
    Current,
    Others,
}

/// <summary>Whose messages to look at, and which of them.</summary>
/// <param name="UserId">The caller: nobody else's messages are ever looked at.</param>
/// <param name="SessionId">The session in which the question was asked.</param>
public sealed record RecallScope(Guid UserId, Guid SessionId)
{
    public SessionReach Reach { get; init; }

    /// <summary>Only messages from this moment on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only messages before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Leaves out what this model answered: an assistant that quotes itself goes round in circles.</summary>
    public string? ExceptModel { get; init; }
}
