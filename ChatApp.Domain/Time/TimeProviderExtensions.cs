namespace ChatApp.Domain.Time;

public static class TimeProviderExtensions
{
    extension(TimeProvider clock)
    {
        /// <summary>The time in UTC, cut to the microseconds that PostgreSQL keeps, so that a response shows what is stored.</summary>
        public DateTimeOffset Now()
        {
            var now = clock.GetUtcNow();
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }
}
