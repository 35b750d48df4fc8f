namespace ChatApp.Domain.Search;

/// <summary>How a term of a search is looked for.</summary>
public enum TermKind
{
    /// <summary>A word, or the beginning of one.</summary>
    Beginning,

    /// <summary>Whole words, one right after the other.</summary>
    Words,

    /// <summary>A text, wherever it stands.</summary>
    Text,
}

/// <summary>One thing that a search looks for.</summary>
/// <param name="Kind">How.</param>
/// <param name="Text">As it was typed, without quotes and the punctuation around it.</param>
/// <param name="Words">Its words; empty for a text.</param>
public sealed record SearchTerm(TermKind Kind, string Text, IReadOnlyList<string> Words)
{
    /// <summary>The same text, looked for wherever it stands.</summary>
    public SearchTerm Anywhere => new(TermKind.Text, Text, []);
}
