using System.Security.Claims;
using System.Text.Encodings.Web;
using ChatApp.Data.Accounts;
using ChatApp.Data.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// Authenticates with the pages' cookie or the API's bearer token. Both carry a secret that is looked up at every request, so that signing out,
/// changing the password and disabling the account take effect at once, on every instance.
/// </summary>
public sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, LoginService logins)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "token";

    /// <summary>Authentication type of a request with the cookie: if it is unsafe, it needs the antiforgery token.</summary>
    public const string ByCookie = "cookie";

    /// <summary>Authentication type of a request with a personal API key, which is limited to the key's scopes.</summary>
    public const string ByApiKey = "api_key";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Features.Get<IExceptionHandlerFeature>() is not null)
        {
            return AuthenticateResult.NoResult(); // the error page is public, and the database may be what failed
        }
        var authorization = Request.Headers.Authorization.ToString();
        var (kind, secret) = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? (TokenKind.Access, authorization[Bearer.Length..].Trim())
            : (TokenKind.Cookie, LoginCookie.Read(Request));
        kind = kind == TokenKind.Access && secret?.StartsWith(LoginService.ApiKeyPrefix, StringComparison.Ordinal) == true ? TokenKind.ApiKey : kind;
        if (string.IsNullOrEmpty(secret))
        {
            return AuthenticateResult.NoResult();
        }
        if (await logins.FindAsync(secret, kind, Context.RequestAborted) is not { } login)
        {
            return AuthenticateResult.Fail("The token is unknown, revoked or expired.");
        }
        var identity = new ClaimsIdentity(kind switch { TokenKind.Cookie => ByCookie, TokenKind.ApiKey => ByApiKey, _ => "bearer" });
        identity.AddClaim(new(ClaimTypes.NameIdentifier, login.UserId.ToString()));
        identity.AddClaim(new(ClaimTypes.Name, login.UserName));
        identity.AddClaim(new(CurrentUser.LoginIdClaim, login.LoginId.ToString()));
        if (kind == TokenKind.ApiKey)
        {
            identity.AddClaim(new(ApiScopeFilter.ScopesClaim, login.Scopes.ToString()));
        }
        else if (login.IsAdministrator)
        {
            identity.AddClaim(new(ClaimTypes.Role, Roles.Administrator));
        }
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (!Context.IsApi)
        {
            if (HttpMethods.IsGet(Request.Method) || HttpMethods.IsHead(Request.Method))
            {
                Response.Redirect($"{Request.PathBase}/login?returnUrl={Uri.EscapeDataString(Request.PathBase + Request.Path + Request.QueryString)}");
                return;
            }
            Response.StatusCode = StatusCodes.Status401Unauthorized; // a redirect would lose the form's input
            return;
        }
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        await ErrorHandling.WriteProblemAsync(Context, new ProblemDetails { Status = Response.StatusCode });
    }
}

public static class AuthenticationSetup
{
    public static void AddChatAuthentication(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentUser>();
        services.AddSingleton<IRequestOrigin, RequestOrigin>();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<BrowserCookie>();
        services.AddAuthentication(TokenAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(c =>
                c.User.Identity is { IsAuthenticated: true } || c.Resource is HttpContext { IsRejectedByRouting: true }).Build());
    }
}
