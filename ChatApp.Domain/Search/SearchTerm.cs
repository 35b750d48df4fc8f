namespace ChatApp.Domain.Search;

/// <summary>How a term is searched for.</summary>
public enum TermKind
{
    /// <summary>A word, or the prefix of one.</summary>
    Beginning,

    /// <summary>Whole words, adjacent and in this order.</summary>
    Words,

    /// <summary>A text anywhere, also within words.</summary>
    Text,
}

/// <summary>A term of a search.</summary>
/// <param name="Kind">How.</param>
/// <param name="Text">The text as typed, without quotes and surrounding punctuation.</param>
/// <param name="Words">Its words; empty for a text.</param>
public sealed record SearchTerm(TermKind Kind, string Text, IReadOnlyList<string> Words)
{
    /// <summary>The same text, anywhere.</summary>
    public SearchTerm Anywhere => new(TermKind.Text, Text, []);
}
