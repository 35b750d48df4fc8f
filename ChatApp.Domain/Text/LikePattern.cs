namespace ChatApp.Domain.Text;

/// <summary>Patterns for SQL's <c>LIKE</c>, in which the backslash escapes.</summary>
public static class LikePattern
{
    /// <summary>Matches what contains the text, letter for letter.</summary>
    public static string Containing(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
