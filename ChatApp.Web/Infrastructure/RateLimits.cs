using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Infrastructure;

/// <summary>Configuration section <c>RateLimits</c>. Each instance counts separately.</summary>
public sealed class RateLimitSettings
{
    public bool Enabled { get; set; } = true;

    /// <summary>Requests per minute of a signed-in user, or of an address without one.</summary>
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Attempts per minute to sign in or register from one address. It is generous, because people can share an address; guesses are also slowed down account by account.</summary>
    public int SignInsPerMinute { get; set; } = 60;

    /// <summary>Event streams that a user may have open at the same time. The tabs of a browser share one.</summary>
    public int StreamsPerUser { get; set; } = 32;
}

/// <summary>
/// Limits the requests of each user or address. Signed-in users are counted by user and not by address, so that an office behind one address is not
/// limited as one caller.
/// </summary>
public static class RateLimits
{
    /// <summary>The policy of routes that check or hash a password, which takes some 100 ms: limited by address.</summary>
    public const string SignIn = "sign-in";

    /// <summary>The policy of routes that respond with event streams: limited by how many a user has open.</summary>
    public const string Streams = "streams";

    private static readonly RateLimitPartition<string> Unlimited = RateLimitPartition.GetNoLimiter("");

    public static void AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("RateLimits").Get<RateLimitSettings>() ?? new();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = RejectAsync;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                !settings.Enabled || http.IsExempt ? Unlimited : Bucket(Caller(http), settings.RequestsPerMinute));
            limiter.AddPolicy(SignIn, http =>
                !settings.Enabled || HttpMethods.IsGet(http.Request.Method) ? Unlimited : Bucket(RequestOrigin.NetworkOf(http), settings.SignInsPerMinute));
            limiter.AddPolicy(Streams, http => !settings.Enabled ? Unlimited : RateLimitPartition.GetConcurrencyLimiter(
                Caller(http), _ => new ConcurrencyLimiterOptions { PermitLimit = settings.StreamsPerUser, QueueLimit = 0 }));
        });
    }

    extension(HttpContext http)
    {
        // Health checks must work when an address is busy, and the error page shows why a request was rejected.
        private bool IsExempt => http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || http.Request.Path == "/error";
    }

    private static string Caller(HttpContext http) => http.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } user ? "user " + user : "address " + RequestOrigin.NetworkOf(http);

    // Starts full, so that a burst passes, and refills evenly.
    private static RateLimitPartition<string> Bucket(string key, int perMinute) => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = perMinute,
        TokensPerPeriod = Math.Max(1, perMinute / 60),
        ReplenishmentPeriod = TimeSpan.FromMinutes(1) / Math.Min(perMinute, 60),
        QueueLimit = 0,
    });

    private static ValueTask RejectAsync(OnRejectedContext context, CancellationToken ct)
    {
        var after = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
        context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return ValueTask.CompletedTask; // the status code page writes the response
    }
}
