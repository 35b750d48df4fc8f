using ChatApp.Data;
using ChatApp.Data.Startup;
using ChatApp.Domain.Errors;
using ChatApp.Domain.Time;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Web.Features.Health;

/// <summary>The app's health, check by check.</summary>
public sealed record HealthResponse(string Status, DateTimeOffset Timestamp, IReadOnlyDictionary<string, string> Checks);

/// <summary>For load balancers and monitoring.</summary>
[ApiController, Route("health"), AllowAnonymous]
public sealed class HealthApiController(ChatDbContext db, DatabaseSpace space, TimeProvider clock) : ControllerBase
{
    private const string Healthy = "healthy";
    private const string Unhealthy = "unhealthy";

    /// <summary>Whether requests can be served: 503 with the failing check otherwise.</summary>
    [HttpGet]
    [ProducesResponseType<HealthResponse>(200), ProducesResponseType<HealthResponse>(503)]
    public async Task<ObjectResult> Get(CancellationToken ct)
    {
        var (database, disk) = (await CheckDatabaseAsync(ct) ? Healthy : Unhealthy, space.IsShort ? Unhealthy : Healthy);
        var all = disk == Healthy ? database : Unhealthy;
        var response = new HealthResponse(all, clock.Now(), new Dictionary<string, string> { ["database"] = database, ["disk"] = disk });
        return StatusCode(all == Healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, response);
    }

    /// <summary>Whether the process is up.</summary>
    [HttpGet("live")]
    public HealthResponse Live() => new(Healthy, clock.Now(), new Dictionary<string, string>());

    private async Task<bool> CheckDatabaseAsync(CancellationToken ct)
    {
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT 1", ct);
            return true;
        }
        catch (Exception e) when (e.IsDatabaseUnavailable)
        {
            return false;
        }
    }
}
