using System.Net;
using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Integration;

/// <summary>Rules for every route of the API, read from the app's endpoints, so that new routes are covered automatically. ContractTests checks each route's responses.</summary>
internal sealed partial class EndpointTests : AppFixture
{
    [Test]
    public async Task ApiRoute_UnsupportedMethod_Is405()
    {
        var user = await App.RegisterAsync();
        foreach (var path in Routes().Select(r => r.Path).Distinct())
        {
            using var response = await user.Client.SendAsync(HttpMethod.Patch, path, new { });
            await response.ProblemAsync(HttpStatusCode.MethodNotAllowed);
            Assert.That(response.Content.Headers.Allow, Is.Not.Empty, path);
        }
    }

    [Test]
    public async Task ApiRoute_BodyIsNotJson_Is415()
    {
        var user = await App.RegisterAsync();
        var withBody = Endpoints().Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.Mvc.Abstractions.ActionDescriptor>()!
            .Parameters.Any(p => p.BindingInfo?.BindingSource == Microsoft.AspNetCore.Mvc.ModelBinding.BindingSource.Body)).SelectMany(ToRoutes).ToList();
        Assert.That(withBody, Has.Count.GreaterThan(5));
        foreach (var (method, path, _) in withBody)
        {
            foreach (var type in new[] { "text/plain", "application/x-www-form-urlencoded", "application/xml" })
            {
                await user.Client.ProblemAsync(method, path, Api.Raw("{}", type), HttpStatusCode.UnsupportedMediaType);
            }
        }
    }

    [TestCase("/no/such/route", "application/json", false)]
    [TestCase("/no/such/route", "*/*", false)]
    [TestCase("/no/such/route", "image/png", false)]
    [TestCase("/no/such/route", "application/json", true)]
    [TestCase("/no/such/route", "image/png", true)]
    public async Task UnknownRoute_ForAProgram_IsAProblem(string path, string accept, bool signedIn)
    {
        using var client = signedIn ? (await App.RegisterAsync()).Client : App.Anonymous();
        client.DefaultRequestHeaders.Add("Accept", accept);

        await client.ProblemAsync(HttpMethod.Get, path, null, signedIn ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized);
    }

    private IEnumerable<(HttpMethod Method, string Path, bool Anonymous)> Routes() => Endpoints().SelectMany(ToRoutes);

    private IEnumerable<RouteEndpoint> Endpoints() => App.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<ApiControllerAttribute>() is not null);

    private static IEnumerable<(HttpMethod Method, string Path, bool Anonymous)> ToRoutes(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => (
            new HttpMethod(method),
            "/" + Parameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), Guid.CreateVersion7().ToString()),
            endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null));

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
