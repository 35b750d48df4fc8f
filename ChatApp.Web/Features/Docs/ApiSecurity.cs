using ChatApp.Data.Accounts;
using ChatApp.Web.Infrastructure;
using Microsoft.OpenApi;

namespace ChatApp.Web.Features.Docs;

/// <summary>The two authentication schemes of the document.</summary>
public static class ApiSecurity
{
    private const string Bearer = "bearer";
    private const string Cookie = "cookie";
    private const string Csrf = "csrf";

    public static Dictionary<string, IOpenApiSecurityScheme> Schemes() => new()
    {
        [Bearer] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = $"The `access_token` of a login, or a personal API key (`{LoginService.ApiKeyPrefix}…`), limited to its scopes.",
        },
        [Cookie] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = LoginCookie.SecureName,
            Description = $"The pages' cookie; without TLS its name is `{LoginCookie.PlainName}`.",
        },
        [Csrf] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = MvcSetup.AntiforgeryHeader,
            Description = "The antiforgery token, which all unsafe methods need together with the cookie.",
        },
    };

    public static List<OpenApiSecurityRequirement> For(string method, OpenApiDocument document)
    {
        OpenApiSecurityRequirement Of(params string[] schemes)
        {
            var requirement = new OpenApiSecurityRequirement();
            schemes.ToList().ForEach(s => requirement.Add(new OpenApiSecuritySchemeReference(s, document), []));
            return requirement;
        }

        return [Of(Bearer), HttpMethods.IsGet(method) ? Of(Cookie) : Of(Cookie, Csrf)];
    }
}
