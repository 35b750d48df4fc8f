using ChatApp.Data.Accounts;
using ChatApp.Web.Infrastructure;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Web.Features.Accounts;

/// <summary>The caller's own account.</summary>
[ApiController, Route("users/me"), Authorize]
public sealed class UsersApiController(AccountService accounts, CurrentUser user) : ControllerBase
{
    /// <summary>The caller's account.</summary>
    [HttpGet]
    public async Task<UserResponse> Get()
    {
        var account = await accounts.FindAsync(user.Id);
        return account.ToResponse(await accounts.RolesAsync(account));
    }
}
