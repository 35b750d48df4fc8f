using System.Text;
using System.Text.Json;

namespace ChatApp.Domain.Text;

/// <summary>Text and JSON that PostgreSQL's <c>text</c> and <c>jsonb</c> can store: without NUL, lone surrogates, or numbers outside the range of <c>numeric</c>.</summary>
public static class StorableText
{
    /// <summary>The maximum depth of JSON, as PostgreSQL and serializers recurse.</summary>
    public const int MaxJsonDepth = 32;

    /// <summary>Whether the text can be stored as it is.</summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '\0' || Rune.DecodeFromUtf16(text, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }
            text = text[length..];
        }
        return true;
    }

    /// <summary>Whether every name, string and number of the JSON value can be stored.</summary>
    public static bool IsStorable(JsonElement json, int depth = 0) => depth <= MaxJsonDepth && json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().All(p => IsStorableString(() => p.Name) && IsStorable(p.Value, depth + 1)),
        JsonValueKind.Array => json.EnumerateArray().All(v => IsStorable(v, depth + 1)),
        JsonValueKind.String => IsStorableString(json.GetString),
        // The exponents that both numeric and double support.
        JsonValueKind.Number => json.TryGetDouble(out var d) && double.IsFinite(d) && json.GetRawText().Length <= 400 && (d != 0 || !json.GetRawText().Contains('e', StringComparison.OrdinalIgnoreCase)),
        _ => true,
    };

    /// <summary>Replaces characters that cannot be stored with U+FFFD.</summary>
    public static string Clean(string text)
    {
        if (IsStorable(text))
        {
            return text;
        }
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate is enumerated as U+FFFD
        {
            clean.Append((rune.Value == 0 ? Rune.ReplacementChar : rune).ToString());
        }
        return clean.ToString();
    }

    /// <summary>The beginning of a text, without splitting a surrogate pair.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];

    // System.Text.Json throws on an escaped lone surrogate when the string is read, not when it is parsed.
    private static bool IsStorableString(Func<string?> read)
    {
        try
        {
            return IsStorable(read());
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
