using ChatApp.Domain.Analytics;

namespace ChatApp.Web.Features.Analytics;

/// <summary>What one session consists of and what it has cost.</summary>
public sealed record SessionAnalyticsResponse(
    int MessagesCount, long TotalCharacters, DateTimeOffset CreatedAt, DateTimeOffset? LastMessageAt, int UserMessages, int AssistantMessages,
    long PromptTokens, long CompletionTokens, long TotalTokens, double? AverageResponseSeconds);

/// <summary>All that the caller has used, by days of UTC (oldest first) and by models (the most used first).</summary>
public sealed record UsageAnalyticsResponse(
    long TotalTokens, long InputTokens, long OutputTokens, long RequestCount, IReadOnlyList<DayUsageResponse> ByDay, IReadOnlyList<ModelUsageResponse> ByModel);

/// <summary>What was used on a day; days without calls are left out.</summary>
public sealed record DayUsageResponse(DateOnly Date, long TotalTokens, long InputTokens, long OutputTokens, long RequestCount);

/// <summary>What was used of a model.</summary>
public sealed record ModelUsageResponse(string Model, string Provider, long TotalTokens, long InputTokens, long OutputTokens, long RequestCount);

internal static class AnalyticsMapping
{
    extension(SessionAnalytics a)
    {
        public SessionAnalyticsResponse ToResponse() => new(
            a.Messages, a.Characters, a.CreatedAt, a.LastMessageAt, a.UserMessages, a.AssistantMessages,
            a.PromptTokens, a.CompletionTokens, a.TotalTokens, a.AverageResponse is { } average ? Math.Round(average.TotalSeconds, 3) : null);
    }

    extension(UsageAnalytics usage)
    {
        public UsageAnalyticsResponse ToResponse() => new(
            usage.Total.TotalTokens, usage.Total.InputTokens, usage.Total.OutputTokens, usage.Total.Requests,
            [.. usage.ByDay.Select(d => new DayUsageResponse(d.Date, d.Amount.TotalTokens, d.Amount.InputTokens, d.Amount.OutputTokens, d.Amount.Requests))],
            [.. usage.ByModel.Select(m => new ModelUsageResponse(m.Model, m.Provider, m.Amount.TotalTokens, m.Amount.InputTokens, m.Amount.OutputTokens, m.Amount.Requests))]);
    }
}
