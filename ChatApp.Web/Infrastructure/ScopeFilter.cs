using System.Security.Claims;
using ChatApp.Data.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace ChatApp.Web.Infrastructure;

/// <summary>What a personal API key needs for a route. Without it: <see cref="ApiScope.Read"/> to read, <see cref="ApiScope.Chat"/> for everything else.</summary>
/// <param name="scopes">One of these is enough; with none, keys may not at all.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class ApiScopeAttribute(ApiScope scopes) : Attribute
{
    public ApiScope Scopes => scopes;
}

/// <summary>Keeps personal API keys to their scopes, and to the JSON API: pages, accounts and administration are for people who have signed in.</summary>
public sealed class ScopeFilter : IAuthorizationFilter
{
    internal const string ScopesClaim = "scopes";

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var user = context.HttpContext.User;
        if (user.Identity?.AuthenticationType == TokenAuthentication.ByApiKey
            && !context.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any() // what is open to everybody is open to keys too
            && (Enum.Parse<ApiScope>(user.FindFirstValue(ScopesClaim)!) & Needed(context)) == ApiScope.None)
        {
            context.Result = new ForbidResult();
        }
    }

    private static ApiScope Needed(AuthorizationFilterContext context)
    {
        var metadata = context.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<ApiControllerAttribute>().Any())
        {
            return ApiScope.None;
        }
        var method = context.HttpContext.Request.Method;
        return metadata.OfType<ApiScopeAttribute>().LastOrDefault()?.Scopes
            ?? (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? ApiScope.Read : ApiScope.Chat);
    }
}
