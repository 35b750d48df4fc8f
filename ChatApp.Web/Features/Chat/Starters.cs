namespace ChatApp.Web.Features.Chat;

/// <summary>Suggested first messages.</summary>
public static class Starters
{
    public static IReadOnlyList<(string Icon, string Title, string Text)> All { get; } =
    [
        ("bulb", "Explain", "Explain how a vaccine trains the immune system, for a curious twelve-year-old."),
        ("pencil", "Write", "Write a friendly e-mail that moves our meeting from Tuesday to Thursday."),
        ("code", "Code", "Show me how to read a CSV file in Python and print the three largest values of a column."),
        ("list", "Plan", "Plan a relaxed weekend in Lisbon for two people who like food and old books."),
    ];
}
