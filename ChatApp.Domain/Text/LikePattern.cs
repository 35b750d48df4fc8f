namespace ChatApp.Domain.Text;

/// <summary>Patterns for SQL's <c>LIKE</c>, with the backslash as the escape character.</summary>
public static class LikePattern
{
    /// <summary>A pattern that matches values containing the text literally.</summary>
    public static string Containing(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
