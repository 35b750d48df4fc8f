using System.Globalization;

namespace ChatApp.Domain.Time;

/// <summary>Writes durations for people.</summary>
public static class Durations
{
    /// <summary>In whole minutes if it is a number of them, else in seconds: <c>5 minutes</c>, <c>40 seconds</c>.</summary>
    public static string Of(TimeSpan duration) => duration.TotalMinutes >= 1 && duration.TotalMinutes == Math.Floor(duration.TotalMinutes)
        ? Text(duration.TotalMinutes, "minute")
        : Text(duration.TotalSeconds, "second");

    private static string Text(double number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:0.#} {unit}{(number == 1 ? "" : "s")}");
}
