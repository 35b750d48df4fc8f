using System.Collections;
using System.Diagnostics.CodeAnalysis;
using ChatApp.Web.Features.Shared;
using Microsoft.AspNetCore.Http.Features;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// Over TLS, the framework's cookies have the prefix <c>__Host-</c> as well: browsers then accept them only from this host, so that neither a neighbouring
/// subdomain nor somebody on the network can set one. The framework knows one name, whatever the request; the prefix is added and removed here.
/// </summary>
public static class SecureCookies
{
    /// <summary>The cookie of the antiforgery token.</summary>
    public const string Antiforgery = "chatapp-csrf";

    private const string Prefix = "__Host-";

    private static readonly HashSet<string> Names = new(StringComparer.Ordinal) { Antiforgery, Notice.Cookie };

    public static void UseSecureCookies(this WebApplication app)
    {
        app.UseCookiePolicy(new CookiePolicyOptions
        {
            OnAppendCookie = c => c.CookieName = Secure(c.Context, c.CookieName, c.CookieOptions),
            OnDeleteCookie = c => c.CookieName = Secure(c.Context, c.CookieName, c.CookieOptions),
        });
        app.Use((context, next) =>
        {
            if (context.Request.IsHttps)
            {
                // Not through Request.Cookies, which would write the header again and fails for values that have to be encoded.
                context.Features.Set<IRequestCookiesFeature>(new RequestCookiesFeature(new PrefixedCookies(context.Request.Cookies)));
            }
            return next();
        });
    }

    private static string Secure(HttpContext context, string name, CookieOptions options)
    {
        if (!context.Request.IsHttps || !Names.Contains(name))
        {
            return name;
        }
        (options.Secure, options.Path, options.Domain) = (true, "/", null); // as the prefix requires
        return Prefix + name;
    }

    /// <summary>A request's cookies, by their names without the prefix. Those that should have it and do not are not there.</summary>
    private sealed class PrefixedCookies(IRequestCookieCollection cookies) : IRequestCookieCollection
    {
        public int Count => cookies.Count;

        public ICollection<string> Keys => cookies.Keys;

        public string? this[string key] => cookies[NameOf(key)];

        public bool ContainsKey(string key) => cookies.ContainsKey(NameOf(key));

        public bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => cookies.TryGetValue(NameOf(key), out value);

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => cookies.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        private static string NameOf(string key) => Names.Contains(key) ? Prefix + key : key;
    }
}
