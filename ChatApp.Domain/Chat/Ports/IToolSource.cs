using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>A source of tools that models may call: a web service or a tool server.</summary>
public interface IToolSource
{
    /// <summary>
    /// The tools that can be offered now. A source that cannot be reached returns none, quickly, and reports why to administrators in its own way.
    /// </summary>
    Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct);
}

/// <summary>A tool that models may call.</summary>
/// <param name="Function">
/// The function that is called. Models know it by its name: 1 to 64 of <c>a-z A-Z 0-9 _ -</c>. Its result is a text or something that is sent as JSON.
/// It throws <see cref="ToolException"/> for external failures.
/// </param>
/// <param name="Source">Where it comes from, for people, e.g. <c>iFixit</c>.</param>
/// <param name="Status">What the page shows while it runs, e.g. <c>Searching iFixit…</c>.</param>
/// <param name="RequiresApproval">Whether it changes something outside, so that the user must approve each call.</param>
public sealed record ChatTool(AIFunction Function, string Source, string Status, bool RequiresApproval)
{
    public string Name => Function.Name;
}

/// <summary>A tool failed.</summary>
/// <param name="message">A text for the model and for people, without keys or internals.</param>
/// <param name="inner">What went wrong.</param>
public sealed class ToolException(string message, Exception? inner = null) : Exception(message, inner);
