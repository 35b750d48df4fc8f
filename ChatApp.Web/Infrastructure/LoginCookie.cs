using ChatApp.Data.Accounts;

namespace ChatApp.Web.Infrastructure;

/// <summary>The pages' cookie, which contains only the secret of a sign-in.</summary>
public static class LoginCookie
{
    // With this prefix, browsers accept the cookie only from this host over TLS, so it cannot be used without TLS.
    internal const string SecureName = "__Host-chatapp";
    internal const string PlainName = "chatapp";

    public static string? Read(HttpRequest request) => request.Cookies[Name(request)];

    public static void Write(HttpResponse response, string secret) => response.Cookies.Append(Name(response.HttpContext.Request), secret, Options(response, LoginService.CookieLifetime));

    public static void Remove(HttpResponse response) => response.Cookies.Delete(Name(response.HttpContext.Request), Options(response, null));

    internal static string Name(HttpRequest request) => request.IsHttps ? SecureName : PlainName;

    internal static CookieOptions Options(HttpResponse response, TimeSpan? maxAge) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = maxAge,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = response.HttpContext.Request.IsHttps,
    };
}

/// <summary>The cookie between the password and the two-factor code. It signs nobody in.</summary>
public static class ChallengeCookie
{
    private const string Suffix = "-challenge";

    public static string? Read(HttpRequest request) => request.Cookies[LoginCookie.Name(request) + Suffix];

    public static void Write(HttpResponse response, string secret) => response.Cookies.Append(
        LoginCookie.Name(response.HttpContext.Request) + Suffix, secret, LoginCookie.Options(response, SignInService.ChallengeLifetime));

    public static void Remove(HttpResponse response) => response.Cookies.Delete(LoginCookie.Name(response.HttpContext.Request) + Suffix, LoginCookie.Options(response, null));
}
