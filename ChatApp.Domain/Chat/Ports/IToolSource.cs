using Microsoft.Extensions.AI;

namespace ChatApp.Domain.Chat.Ports;

/// <summary>Where tools come from that models may call: a service on the net, or a server of tools.</summary>
public interface IToolSource
{
    /// <summary>
    /// The tools that can be offered now. A source that cannot be reached offers none, quickly, and tells its administrator why in its own way.
    /// </summary>
    Task<IReadOnlyList<ChatTool>> ListAsync(CancellationToken ct);
}

/// <summary>A tool that models may call.</summary>
/// <param name="Function">
/// What is called. Its name is what the model knows it by: 1 to 64 of <c>a-z A-Z 0-9 _ -</c>. Its result is a text or something that is sent as JSON.
/// It throws <see cref="ToolException"/> for what can go wrong outside.
/// </param>
/// <param name="Source">Whose tool it is, for people, e.g. <c>iFixit</c>.</param>
/// <param name="Status">What the page says while it runs, e.g. <c>Searching iFixit…</c>.</param>
/// <param name="RequiresApproval">Whether it can make changes outside the chat, so that the user has to approve each call.</param>
public sealed record ChatTool(AIFunction Function, string Source, string Status, bool RequiresApproval)
{
    public string Name => Function.Name;
}

/// <summary>A tool could not do what it was asked to.</summary>
/// <param name="message">A text for the model and for people, without keys or internals.</param>
/// <param name="inner">What went wrong.</param>
public sealed class ToolException(string message, Exception? inner = null) : Exception(message, inner);
