using System.Runtime.CompilerServices;
using System.Text.Json;
using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Domain.Analytics;
using ChatApp.Domain.Paging;
using ChatApp.Domain.Time;
using ChatApp.Domain.Usage;
using ChatApp.Web.Features.Analytics;

namespace ChatApp.Web.Features.Accounts;

/// <summary>A security event of the account in its export.</summary>
public sealed record SecurityEventExport(DateTimeOffset CreatedAt, string Kind, string Result, bool ByOwner, string? Address, string? UserAgent, string? Detail);

/// <summary>The file <c>account.json</c>: all that is stored about an account besides its sessions, without secrets.</summary>
public sealed record AccountExportResponse(
    UserResponse Account, long? TokenQuota, UsageAnalyticsResponse Usage, IReadOnlyList<ApiKeyResponse> ApiKeys, IReadOnlyList<SignInResponse> SignIns,
    IAsyncEnumerable<SecurityEventExport> SecurityEvents, DateTimeOffset ExportedAt);

/// <summary>Writes all that is stored about an account besides its sessions.</summary>
public sealed class AccountExport(
    AccountService accounts, ApiKeyService keys, SignIns signIns, AnalyticsService analytics, QuotaService quotas, SecurityEvents events, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Options = new(Infrastructure.Json.Options) { WriteIndented = true };

    public async Task WriteAsync(Stream file, Guid userId, Guid loginId, CancellationToken ct)
    {
        var account = await accounts.FindAsync(userId);
        var response = new AccountExportResponse(
            account.ToResponse(await accounts.RolesAsync(account)), await quotas.FindAsync(userId, ct), (await analytics.UsageAsync(userId, ct)).ToResponse(),
            [.. (await keys.ListAsync(userId, ct)).Select(k => k.ToResponse())], [.. (await signIns.ListAsync(userId, ct)).Select(s => s.ToResponse(loginId))],
            EventsAsync(userId, ct), clock.Now());
        await JsonSerializer.SerializeAsync(file, response, Options, ct);
    }

    // Where an administrator was is not the owner's data.
    private async IAsyncEnumerable<SecurityEventExport> EventsAsync(Guid userId, [EnumeratorCancellation] CancellationToken ct)
    {
        TimeCursor? after = null;
        do
        {
            var page = await events.ListOwnAsync(userId, PageLimit.Max, after, ct);
            foreach (var (entry, _, _) in page.Items)
            {
                var isElse = entry.ActorId is { } actor && actor != userId;
                yield return new(entry.CreatedAt, entry.Kind, entry.Result, entry.ActorId == userId, isElse ? null : entry.Address, isElse ? null : entry.UserAgent, entry.Detail);
            }
            after = page.Next;
        }
        while (after is not null);
    }
}
