namespace ChatApp.Web.Integrations.BuiltIn.Recall;

/// <summary>Which sessions to search, relative to the one in which the question was asked.</summary>
internal enum SessionSelection
{
    All,
    Current,
    Others,
}

/// <summary>Which of a user's messages to search.</summary>
/// <param name="UserId">The caller. Other users' messages are never read.</param>
/// <param name="SessionId">The session in which the question was asked.</param>
internal sealed record RecallScope(Guid UserId, Guid SessionId)
{
    public SessionSelection Selection { get; init; }

    /// <summary>Only messages from this time on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only messages before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Excludes this model's replies: an assistant must not quote itself.</summary>
    public string? ExcludedModel { get; init; }
}
