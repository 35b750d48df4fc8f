using System.Security.Claims;
using ChatApp.Data.Accounts;

namespace ChatApp.Web.Infrastructure;

/// <summary>The authenticated user of the request, for routes that require one.</summary>
public sealed class CurrentUser(IHttpContextAccessor accessor)
{
    internal const string LoginIdClaim = "login_id";

    public Guid Id => Guid.Parse(Claim(ClaimTypes.NameIdentifier));

    /// <summary>The sign-in of the request's credentials.</summary>
    public Guid LoginId => Guid.Parse(Claim(LoginIdClaim));

    public string Name => Claim(ClaimTypes.Name);

    /// <summary>Whether the request may create something: an API key needs the scope <see cref="ApiScope.Chat"/>, whatever the method.</summary>
    public bool MayCreate => accessor.HttpContext?.User.FindFirstValue(ApiScopeFilter.ScopesClaim) is not { } scopes || Enum.Parse<ApiScope>(scopes).HasFlag(ApiScope.Chat);

    private string Claim(string type) =>
        accessor.HttpContext?.User.FindFirstValue(type) ?? throw new InvalidOperationException("Nobody is signed in.");
}
