using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace ChatApp.Web.Infrastructure;

public static class ApiContext
{
    extension(HttpContext context)
    {
        /// <summary>Whether the response is for a program, which gets problem details, and not for a browser, which gets a page.</summary>
        public bool IsApi
        {
            get
            {
                var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
                return endpoint?.Metadata.GetMetadata<ApiControllerAttribute>() is not null
                    || endpoint is not RouteEndpoint && !context.Request.Headers[HeaderNames.Accept].ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
            }
        }

        /// <summary>Whether routing rejects the request with its own endpoint, because of the method (405) or the content type (415).</summary>
        public bool IsRejectedByRouting => context.GetEndpoint() is { } endpoint and not RouteEndpoint;
    }
}
