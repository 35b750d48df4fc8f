namespace ChatApp.Web.Integrations.Models;

/// <summary>
/// The context windows of models in tokens, prompt and reply together, as documented by their providers. Values from the server or from
/// <c>Chat:ContextWindow</c> take precedence; for unknown models it is a guess that suits most current ones.
/// </summary>
internal static class ContextWindows
{
    private const int Unknown = 32_000;

    // The longest prefixes first.
    private static readonly (string Prefix, int Tokens)[] Known =
    [
        ("gpt-5", 400_000),
        ("gpt-4.1", 1_000_000),
        ("gpt-4o", 128_000),
        ("gpt-4-turbo", 128_000),
        ("gpt-4", 8_192),
        ("gpt-3.5-turbo", 16_385),
        ("o1", 200_000),
        ("o3", 200_000),
        ("o4", 200_000),
        ("claude", 200_000),
    ];

    public static int Of(string? model) =>
        model is null ? Unknown
        : Known.FirstOrDefault(k => model.StartsWith(k.Prefix, StringComparison.OrdinalIgnoreCase)) is { Tokens: > 0 and var tokens } ? tokens
        : Unknown;
}
