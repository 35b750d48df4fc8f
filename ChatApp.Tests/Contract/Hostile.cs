using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Contract;

/// <summary>Hostile input.</summary>
internal static class Hostile
{
    private static readonly string Long = new('x', 300);
    private static readonly string VeryLong = new('y', 40_000);

    /// <summary>Texts for addresses, escaped as they are sent; some of the escapes are invalid.</summary>
    public static IReadOnlyList<string> Escaped { get; } =
    [
        "%00", "a%00b", "%ED%A0%80", "%C0%80", "%FF", "%zz", "%", "%E2%80%AE", "%F0%9F%98%80", "%20", "%2F", "..%2F..%2Fetc%2Fpasswd", "%25", "-1", "0", "1e30",
        "1000000000000000000000000000000", "9223372036854775808", "2147483648", "NaN", "true", "null", "%5B%5D", "%27%20OR%201%3D1--", "%24%7B7*7%7D",
        "00000000-0000-0000-0000-000000000000", Long, "%0D%0ASet-Cookie:%20a=b", "%EF%BB%BF",
    ];

    /// <summary>Values of headers.</summary>
    public static IReadOnlyList<string> Headers { get; } = ["-1", "0", "1e30", "99999999999999999999", "\"", "\"0\"", "W/\"1\"", "*", Long, "é", "😀", "' OR 1=1--", "null"];

    /// <summary>Values of fields, as JSON.</summary>
    public static IReadOnlyList<string> Json { get; } =
    [
        "null", "true", "0", "-1", "0.5", "1e30", "-1e400", "1000000000000000000000000000000", "9223372036854775808", "2147483648", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"",
        "\"\\ud800\"", "\"\\udc00x\"", "\"\\u202e\"", "\"😀\"", "\"-1\"", "\"1e30\"", "\"' OR 1=1--\"", "\"00000000-0000-0000-0000-000000000000\"", $"\"{Long}\"", $"\"{VeryLong}\"",
        "[]", "[null]", "[[]]", "{}", "{\"a\": {\"b\": null}}", "{\"\\u0000\": 1}", "{\"a\": 1, \"a\": 2}", "[\"\\ud800\"]", Nested('[', ']', 100), Nested('[', ']', 5000),
        "[" + string.Join(',', Enumerable.Repeat("0", 50_000)) + "]", "[" + string.Join(',', Enumerable.Repeat("\"read\"", 10_000)) + "]", "NaN", "'x'", "01", "\"\\x\"", "\u0001", "\"\u0001\"",
    ];

    /// <summary>Whole bodies.</summary>
    public static IReadOnlyList<string> Bodies { get; } =
        ["", " ", "null", "[]", "{}", "{", "}", "\"x\"", "7", "{} x", "{}{}", "{\"a\": 1, \"a\": 2}", "{\"\": 1}", "{\"a\":}", "\ufeff{}", Nested('[', ']', 5000), Nested('{', '}', 10), "\0", "<a/>", "a=b"];

    /// <summary>Random JSON with these field names.</summary>
    public static string Any(Random random, IReadOnlyList<string> names, int depth = 0) => random.Next(depth > 4 ? 4 : 7) switch
    {
        0 => JsonSerializer.Serialize(Text(random)),
        1 => random.NextInt64(long.MinValue, long.MaxValue).ToString(System.Globalization.CultureInfo.InvariantCulture),
        2 => $"{random.Next(-9, 9)}.{random.Next(99)}e{random.Next(-400, 400)}",
        3 => Pick(random, Json),
        4 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Any(random, names, depth + 1))) + "]",
        _ => Object(random, names, depth),
    };

    public static string Object(Random random, IReadOnlyList<string> names, int depth = 0) =>
        "{" + string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => $"{JsonSerializer.Serialize(random.Next(5) == 0 ? Text(random) : Pick(random, names))}: {Any(random, names, depth + 1)}")) + "}";

    private static string Text(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(12); i > 0; i--)
        {
            text.Append(new Rune(random.Next(4) == 0 ? random.Next(0xE000, 0x10FFFF) : random.Next(0x20, 0x2FF)).ToString());
        }
        return text.ToString();
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> of) => of[random.Next(of.Count)];

    private static string Nested(char open, char close, int depth) =>
        open == '{' ? string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "0" + new string(close, depth) : new string(open, depth) + new string(close, depth);
}
