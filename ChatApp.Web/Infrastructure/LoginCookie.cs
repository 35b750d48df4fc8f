using ChatApp.Data.Accounts;

namespace ChatApp.Web.Infrastructure;

/// <summary>The pages' cookie, which contains only the secret of a sign-in.</summary>
public static class LoginCookie
{
    // With this prefix, browsers accept the cookie only from this host over TLS, so it cannot be used without TLS.
    internal const string SecureName = "__Host-chatapp";
    internal const string PlainName = "chatapp";

    public static string? Read(HttpRequest request) => request.Cookies[request.IsHttps ? SecureName : PlainName];

    public static void Write(HttpResponse response, string secret) => response.Cookies.Append(Name(response), secret, Options(response, LoginService.CookieLifetime));

    public static void Remove(HttpResponse response) => response.Cookies.Delete(Name(response), Options(response, null));

    private static string Name(HttpResponse response) => response.HttpContext.Request.IsHttps ? SecureName : PlainName;

    private static CookieOptions Options(HttpResponse response, TimeSpan? maxAge) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        MaxAge = maxAge,
        Path = "/",
        SameSite = SameSiteMode.Lax,
        Secure = response.HttpContext.Request.IsHttps,
    };
}
