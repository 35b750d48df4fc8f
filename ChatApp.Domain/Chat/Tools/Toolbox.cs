using ChatApp.Domain.Chat.Ports;
using Microsoft.Extensions.Logging;

namespace ChatApp.Domain.Chat.Tools;

/// <summary>All tools that can be offered to models now.</summary>
public sealed partial class Toolbox(IEnumerable<IToolSource> sources, ILogger<Toolbox> log)
{
    /// <summary>Asks all sources at the same time. One that fails offers nothing and harms nobody.</summary>
    /// <returns>Tools with different names: of two with the same, the first source's.</returns>
    public async Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct)
    {
        var lists = await Task.WhenAll(sources.Select(s => ListAsync(s, ct)));
        return [.. lists.SelectMany(tools => tools).DistinctBy(tool => tool.Name)];
    }

    private async Task<IReadOnlyList<ChatTool>> ListAsync(IToolSource source, CancellationToken ct)
    {
        try
        {
            return await source.ListAsync(ct).WaitAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogFailed(source.GetType().Name, e.GetType().Name);
            return [];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Source} cannot say which tools it has: {Exception}")]
    private partial void LogFailed(string source, string exception);
}
