using System.Security.Claims;
using ChatApp.Data.Accounts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace ChatApp.Web.Infrastructure;

/// <summary>The scopes that a personal API key needs for a route. The default is <see cref="ApiScope.Read"/> to read and <see cref="ApiScope.Chat"/> otherwise.</summary>
/// <param name="scopes">Any of these permits the request; with none, API keys are not permitted.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class ApiScopeAttribute(ApiScope scopes) : Attribute
{
    public ApiScope Scopes => scopes;
}

/// <summary>Limits personal API keys to their scopes and to the JSON API: pages, accounts and administration require a sign-in.</summary>
public sealed class ApiScopeFilter : IAuthorizationFilter
{
    internal const string ScopesClaim = "scopes";

    public void OnAuthorization(AuthorizationFilterContext context)
    {
        var user = context.HttpContext.User;
        if (user.Identity?.AuthenticationType == TokenAuthentication.ByApiKey
            && !context.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any() // public routes need no scope
            && (Enum.Parse<ApiScope>(user.FindFirstValue(ScopesClaim)!) & RequiredScopes(context)) == ApiScope.None)
        {
            context.Result = new ForbidResult();
        }
    }

    private static ApiScope RequiredScopes(AuthorizationFilterContext context)
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
