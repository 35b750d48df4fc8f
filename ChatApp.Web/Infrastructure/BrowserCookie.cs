using System.Security.Cryptography;
using ChatApp.Data.Accounts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// The cookie by which the app recognises a browser in which an account has signed in before. It signs nobody in: it only gives the browser attempts of its own,
/// so that others who guess the password cannot keep the owner out.
/// </summary>
public sealed class BrowserCookie(IDataProtectionProvider provider)
{
    internal const string SecureName = "__Host-chatapp-browser";
    internal const string PlainName = "chatapp-browser";

    private const int GuidBytes = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private readonly IDataProtector _protector = provider.CreateProtector("browser");

    public KnownBrowser? Read(HttpRequest request)
    {
        try
        {
            return request.Cookies[NameFor(request)] is { } cookie && _protector.Unprotect(WebEncoders.Base64UrlDecode(cookie)) is { Length: 2 * GuidBytes } bytes
                ? new(new Guid(bytes[..GuidBytes]), Convert.ToHexString(bytes[GuidBytes..]))
                : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null; // forged, or of another installation
        }
    }

    /// <summary>Remembers the browser of an account that has just signed in.</summary>
    public void Remember(HttpContext context, Guid userId)
    {
        if (Read(context.Request)?.UserId != userId)
        {
            byte[] bytes = [.. userId.ToByteArray(), .. RandomNumberGenerator.GetBytes(GuidBytes)];
            context.Response.Cookies.Append(NameFor(context.Request), WebEncoders.Base64UrlEncode(_protector.Protect(bytes)), new CookieOptions
            {
                HttpOnly = true,
                IsEssential = true,
                MaxAge = Lifetime,
                Path = "/",
                SameSite = SameSiteMode.Strict,
                Secure = context.Request.IsHttps,
            });
        }
    }

    private static string NameFor(HttpRequest request) => request.IsHttps ? SecureName : PlainName;
}
