using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using ChatApp.Domain.Export;
using ChatApp.Domain.Time;
using ChatApp.Web.Features.Export;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace ChatApp.Web.Features.Accounts;

/// <summary>Everything that is stored about the caller.</summary>
[ApiController, Authorize, EnableRateLimiting(ExportSetup.Queue), Route("users/me/download"), ApiScope(ApiScope.None)]
public sealed class DownloadApiController(ExportService exports, AccountExport account, SecurityLog security, CurrentUser user, TimeProvider clock) : ControllerBase
{
    /// <summary>One ZIP with all sessions, also archived ones and those in the trash, each as JSON and as Markdown, and the account in <c>account.json</c>.</summary>
    [HttpGet]
    [ProducesResponseType<byte[]>(200, "application/zip")]
    public async Task<DownloadResult> Get()
    {
        await security.AddAsync(SecurityEventKind.AccountExported, user.Id);
        var (userId, loginId) = (user.Id, user.LoginId);
        return new("application/zip", "account.zip", $"ChatApp {user.Name} {clock.Now():yyyy-MM-dd}", (body, ct) =>
            ArchiveExport.WriteAsync(body, exports.EverythingAsync(userId, ct), ct, (file, stop) => account.WriteAsync(file, userId, loginId, stop)));
    }
}
