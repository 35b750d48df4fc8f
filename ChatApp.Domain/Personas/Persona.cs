namespace ChatApp.Domain.Personas;

/// <summary>A character and settings for a model in a session.</summary>
/// <param name="Key">The key that sessions refer to.</param>
/// <param name="Name">The display name.</param>
/// <param name="Description">One sentence for the list of personas.</param>
/// <param name="SystemPrompt">The system prompt.</param>
/// <param name="Temperature">The model's sampling temperature, 0 to 2.</param>
/// <param name="MaxTokens">The maximum length of a reply, in tokens.</param>
/// <param name="Tags">Keywords.</param>
public sealed record Persona(
    string Key, string Name, string Description, string SystemPrompt, float Temperature, int MaxTokens, IReadOnlyList<string> Tags)
{
    /// <summary>The key of <see cref="Plain"/>.</summary>
    public const string PlainKey = "plain";

    /// <summary>The model without a system prompt, for programs with their own instructions. It is not in the list of personas.</summary>
    public static Persona Plain { get; } = new(PlainKey, "Assistant", "The model as it is.", "", 1, 4096, []);
}
