using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Contract;

/// <summary>A route of the JSON API, from the app's endpoints.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Template">With its parameters in braces.</param>
/// <param name="IsOpen">Whether it allows anonymous callers.</param>
internal sealed partial record ApiRoute(string Method, string Template, bool IsOpen)
{
    public string Name => $"{Method} {Template}";

    public bool NamesSomething => Template.Contains('{', StringComparison.Ordinal);

    public static IReadOnlyList<ApiRoute> All(TestApp app) =>
    [
        .. from endpoint in app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           where endpoint.Metadata.GetMetadata<ApiControllerAttribute>() is not null
           from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
           select new ApiRoute(
               method, "/" + Constraint().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "{$1}"), endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null),
    ];

    [GeneratedRegex(@"\{\*{0,2}(\w+)[^}]*\}")]
    private static partial Regex Constraint();
}
