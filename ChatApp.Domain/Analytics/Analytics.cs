namespace ChatApp.Domain.Analytics;

/// <summary>What one session consists of and what it has cost.</summary>
/// <param name="Messages">Those that are not deleted.</param>
/// <param name="UserMessages">Those of them that the user wrote.</param>
/// <param name="AssistantMessages">Those of them that are replies.</param>
/// <param name="Characters">Of all of them, in Unicode code points.</param>
/// <param name="PromptTokens">Read by models, including deleted replies, tools and the title.</param>
/// <param name="CompletionTokens">Written by models, likewise.</param>
/// <param name="AverageResponse">Mean time of all calls to models for one reply; null without any.</param>
/// <param name="CreatedAt">When the session was made.</param>
/// <param name="LastMessageAt">When the last message was sent; null without any.</param>
public sealed record SessionAnalytics(
    int Messages, int UserMessages, int AssistantMessages, long Characters, long PromptTokens, long CompletionTokens, TimeSpan? AverageResponse,
    DateTimeOffset CreatedAt, DateTimeOffset? LastMessageAt)
{
    public long TotalTokens => PromptTokens + CompletionTokens;
}

/// <summary>Tokens and calls to providers.</summary>
/// <param name="InputTokens">Read by models.</param>
/// <param name="OutputTokens">Written by them.</param>
/// <param name="Requests">Calls, also failed and stopped ones.</param>
public sealed record Amount(long InputTokens, long OutputTokens, long Requests)
{
    public long TotalTokens => InputTokens + OutputTokens;
}

/// <summary>Usage of a UTC day.</summary>
public sealed record DayUsage(DateOnly Date, Amount Amount);

/// <summary>Usage of a model.</summary>
public sealed record ModelUsage(string Provider, string Model, Amount Amount);

/// <summary>All usage of one user, since the account was created.</summary>
/// <param name="Total">The sums.</param>
/// <param name="Quota">The most tokens that the user may use; null: any number.</param>
/// <param name="ByDay">Days with calls, oldest first.</param>
/// <param name="ByModel">The most used model first.</param>
public sealed record UsageAnalytics(Amount Total, long? Quota, IReadOnlyList<DayUsage> ByDay, IReadOnlyList<ModelUsage> ByModel);
