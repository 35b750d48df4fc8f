using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;

namespace ChatApp.Web.Infrastructure;

/// <summary>
/// Requires the antiforgery token for unsafe requests to pages, and to the API if the pages' cookie authenticates them. Browsers do not send bearer
/// tokens by themselves, so those requests need none.
/// </summary>
public sealed class AntiforgeryFilter(IAntiforgery antiforgery) : IAsyncAuthorizationFilter
{
    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var request = context.HttpContext.Request;
        var isPage = !context.ActionDescriptor.EndpointMetadata.OfType<ApiControllerAttribute>().Any();
        var byCookie = context.HttpContext.User.Identity?.AuthenticationType == TokenAuthentication.ByCookie;
        var ignored = context.Filters.OfType<IgnoreAntiforgeryTokenAttribute>().Any();
        if ((isPage || byCookie) && !ignored && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method))
        {
            await antiforgery.ValidateRequestAsync(context.HttpContext);
        }
    }
}
