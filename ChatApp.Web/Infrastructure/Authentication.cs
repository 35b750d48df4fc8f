using System.Security.Claims;
using System.Text.Encodings.Web;
using ChatApp.Data;
using ChatApp.Data.Accounts;
using ChatApp.Domain.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// Both ways in, the pages' cookie and the API's bearer token, carry a secret that is looked up at every request: sign-out, password change and
/// a disabled account take effect at once, on every instance.
/// </summary>
public sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder, LoginService logins)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string SchemeName = "token";

    /// <summary>Authentication type of those who came with the cookie, whose unsafe requests need the antiforgery token.</summary>
    public const string ByCookie = "cookie";

    /// <summary>Authentication type of programs with a personal API key, which may do only what the key's scopes say.</summary>
    public const string ByApiKey = "api_key";

    private const string Bearer = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Context.Features.Get<IExceptionHandlerFeature>() is not null)
        {
            return AuthenticateResult.NoResult(); // the error page is for everybody, and the database may be what failed
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
            return AuthenticateResult.Fail("The token is unknown, ended or expired.");
        }
        var identity = new ClaimsIdentity(kind switch { TokenKind.Cookie => ByCookie, TokenKind.ApiKey => ByApiKey, _ => "bearer" });
        identity.AddClaim(new(ClaimTypes.NameIdentifier, login.UserId.ToString()));
        identity.AddClaim(new(ClaimTypes.Name, login.UserName));
        identity.AddClaim(new(CurrentUser.LoginIdClaim, login.LoginId.ToString()));
        if (kind == TokenKind.ApiKey)
        {
            identity.AddClaim(new(ScopeFilter.ScopesClaim, login.Scopes.ToString()));
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
            Response.StatusCode = StatusCodes.Status401Unauthorized; // the error page keeps what the form said
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
        services.AddSingleton<OpenStreams>();
        services.AddIdentityCore<AppUser>(o =>
            {
                o.User.AllowedUserNameCharacters = ""; // UserNameRules decides
                o.Password.RequiredLength = AppUser.PasswordMinLength;
                o.Password.RequireDigit = o.Password.RequireLowercase = o.Password.RequireUppercase = o.Password.RequireNonAlphanumeric = false;
                o.Lockout.MaxFailedAccessAttempts = 5;
                o.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<ChatDbContext>()
            .AddPasswordValidator<CommonPasswords>();
        services.AddAuthentication(TokenAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(c =>
                c.User.Identity is { IsAuthenticated: true } || c.Resource is HttpContext { IsRefusedByRouting: true }).Build());
    }
}
