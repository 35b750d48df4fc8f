using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Infrastructure;

/// <summary>Configuration section <c>RateLimits</c>. Each instance counts for itself.</summary>
public sealed class RateLimitSettings
{
    public bool Enabled { get; set; } = true;

    /// <summary>Requests that a signed-in user, or an address from which nobody is signed in, may make in a minute.</summary>
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Attempts to sign in or register that an address may make in a minute. Several people may share it, so that it is generous; each account locks itself besides.</summary>
    public int SignInsPerMinute { get; set; } = 60;
}

/// <summary>
/// Keeps one user, or one address, from taking what belongs to all. Who is signed in is counted as a user, wherever the request comes from, so that an office behind one address
/// is not one caller.
/// </summary>
public static class RateLimits
{
    /// <summary>Policy of what takes a password, whose hashing costs some 40 ms: limited by address.</summary>
    public const string SignIn = "sign-in";

    private const int IPv6SiteBytes = 8; // a customer has a /64 at least

    private static readonly RateLimitPartition<string> Unlimited = RateLimitPartition.GetNoLimiter("");

    public static void AddRateLimits(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = configuration.GetSection("RateLimits").Get<RateLimitSettings>() ?? new();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = RejectAsync;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http =>
                !settings.Enabled || http.IsFree ? Unlimited : Bucket(Caller(http), settings.RequestsPerMinute));
            limiter.AddPolicy(SignIn, http =>
                !settings.Enabled || HttpMethods.IsGet(http.Request.Method) ? Unlimited : Bucket(Address(http), settings.SignInsPerMinute));
        });
    }

    extension(HttpContext http)
    {
        // Whoever watches the app must see it also when an address is busy, and who is refused must see why.
        private bool IsFree => http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || http.Request.Path == "/error";
    }

    private static string Caller(HttpContext http) => http.User.FindFirstValue(ClaimTypes.NameIdentifier) is { } user ? "user " + user : "address " + Address(http);

    private static string Address(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, IPv6SiteBytes)) : address.ToString();
    }

    // Full at first, so that a burst passes; then it fills evenly.
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
        return ValueTask.CompletedTask; // the status page tells the rest
    }
}
