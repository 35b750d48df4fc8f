namespace ChatApp.Domain.Personas;

/// <summary>A character that the model plays in a session.</summary>
/// <param name="Key">What sessions name it by.</param>
/// <param name="Name">What people see.</param>
/// <param name="Description">One sentence for people who choose.</param>
/// <param name="SystemPrompt">What the model is told first.</param>
/// <param name="Temperature">The model's sampling temperature, 0 to 2.</param>
/// <param name="MaxTokens">The longest answer, in tokens.</param>
/// <param name="Tags">Words to find it by.</param>
public sealed record Persona(
    string Key, string Name, string Description, string SystemPrompt, float Temperature, int MaxTokens, IReadOnlyList<string> Tags)
{
    /// <summary>The key of <see cref="Plain"/>.</summary>
    public const string PlainKey = "plain";

    /// <summary>The model as it is, for programs that bring their own instructions. People do not choose it.</summary>
    public static Persona Plain { get; } = new(PlainKey, "Assistant", "The model as it is.", "", 1, 4096, []);
}
