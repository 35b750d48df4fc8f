using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Infrastructure;

public static class ApiContext
{
    extension(HttpContext context)
    {
        /// <summary>Whether the answer goes to a program, which gets problem details, or to a person, who gets a page.</summary>
        public bool IsApi
        {
            get
            {
                var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
                return endpoint?.Metadata.GetMetadata<ApiControllerAttribute>() is not null
                    || endpoint is not RouteEndpoint && !context.Request.Headers[HeaderNames.Accept].ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
            }
        }

        /// <summary>Whether routing itself refuses the request, by an endpoint of its own: the method (405) or the content type (415) is not the address's.</summary>
        public bool IsRefusedByRouting => context.GetEndpoint() is { } endpoint and not RouteEndpoint;
    }
}
