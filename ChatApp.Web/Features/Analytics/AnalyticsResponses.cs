using ChatApp.Domain.Analytics;

namespace ChatApp.Web.Features.Analytics;

/// <summary>The statistics of one session.</summary>
public sealed record SessionAnalyticsResponse(
    int MessagesCount, long TotalCharacters, DateTimeOffset CreatedAt, DateTimeOffset? LastMessageAt, int UserMessages, int AssistantMessages,
    long PromptTokens, long CompletionTokens, long TotalTokens, double? AverageResponseSeconds);

/// <summary>The caller's usage in total, by day in UTC (oldest first) and by model (most used first).</summary>
public sealed record UsageAnalyticsResponse(
    long TotalTokens, long InputTokens, long OutputTokens, long RequestCount, IReadOnlyList<DayUsageResponse> ByDay, IReadOnlyList<ModelUsageResponse> ByModel);

/// <summary>The usage of a day; days without requests are left out.</summary>
public sealed record DayUsageResponse(DateOnly Date, long TotalTokens, long InputTokens, long OutputTokens, long RequestCount);

/// <summary>The usage of a model.</summary>
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
