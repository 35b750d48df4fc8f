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

    /// <summary>Whether the request's credentials permit this: a sign-in permits everything, an API key what it was created for.</summary>
    public bool May(ApiScope scope) => accessor.HttpContext?.User is not { Identity.AuthenticationType: TokenAuthentication.ByApiKey } user
        || Enum.Parse<ApiScope>(user.FindFirstValue(ApiScopeFilter.ScopesClaim)!).HasFlag(scope);

    private string Claim(string type) =>
        accessor.HttpContext?.User.FindFirstValue(type) ?? throw new InvalidOperationException("Nobody is signed in.");
}
