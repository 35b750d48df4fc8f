using System.Globalization;

namespace ChatApp.Domain.Time;

public static class Durations
{
    private static readonly (TimeSpan Length, string Name)[] Units =
        [(TimeSpan.FromDays(1), "day"), (TimeSpan.FromHours(1), "hour"), (TimeSpan.FromMinutes(1), "minute"), (TimeSpan.FromSeconds(1), "second")];

    extension(TimeSpan duration)
    {
        /// <summary>The duration for people, in the largest unit that divides it: <c>30 days</c>, <c>90 minutes</c>, <c>0.5 seconds</c>.</summary>
        public string InWords
        {
            get
            {
                var (length, name) = Units.FirstOrDefault(u => duration >= u.Length && duration.Ticks % u.Length.Ticks == 0, Units[^1]);
                var count = (duration / length).ToString("0.###", CultureInfo.InvariantCulture);
                return count == "1" ? $"1 {name}" : $"{count} {name}s";
            }
        }
    }
}
