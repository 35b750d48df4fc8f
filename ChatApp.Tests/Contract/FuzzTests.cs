using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using ChatApp.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace ChatApp.Tests.Contract;

/// <summary>
/// Replaces every text, number, id and body that the document names with hostile values, one at a time, and then sends random bodies.
/// The response must always be one that the document describes: never a 5xx, never an internal detail.
/// </summary>
internal sealed partial class FuzzTests : ChatFixture
{
    private const int Seed = 20261121; // the same requests in every run
    private const int BodiesByChance = 40;
    private static readonly string[] Left = ["POST /auths/logout"]; // has no input, and ends the sign-in

    private readonly ScriptedTools _tools = new();
    private ApiSpec _spec = null!;
    private World _world = null!;

    private static IEnumerable<TestCaseData> Entries() => RouteEntry.All.Where(e => !Left.Contains(e.Route)).Select(e => new TestCaseData(e).SetArgDisplayNames(e.Route));

    protected override void Adjust(WebApplicationBuilder builder)
    {
        base.Adjust(builder);
        _tools.AddTo(builder);
    }

    [OneTimeSetUp]
    public async Task Arrange()
    {
        _spec = await ApiSpec.LoadAsync(App);
        _world = new World(App, Model, _tools);
        await _world.BeginAsync();
    }

    [TestCaseSource(nameof(Entries))]
    public async Task Call_HostileInput_RespondsAsDescribed(RouteEntry entry)
    {
        using var client = await _world.ClientAsync(entry.AdministratorsOnly ? Caller.Administrator : Caller.Owner);
        var (valid, operation) = (await entry.Call(_world), _spec.Operation(entry.Route));
        var problems = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForEachAsync(Requests(entry, valid, operation), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (request, ct) =>
        {
            using (request.Message)
            using (var response = await client.SendAsync(request.Message, HttpCompletionOption.ResponseHeadersRead, ct))
            {
                var isStream = response.Content.Headers.ContentType?.MediaType == "text/event-stream";
                var body = isStream ? "" : await response.Content.ReadAsStringAsync(ct);
                foreach (var problem in Problems(entry, response, body, request.IsElsewhere))
                {
                    problems.Add($"{request.What}: {problem}");
                }
            }
        });
        Assert.That(problems.Select(p => p[..Math.Min(p.Length, 600)]).Take(5), Is.Empty, $"{problems.Count} responses, seed {Seed}");
    }

    private IEnumerable<string> Problems(RouteEntry entry, HttpResponseMessage response, string body, bool isElsewhere)
    {
        var status = (int)response.StatusCode;
        if (isElsewhere && status == 400 && body.Length == 0)
        {
            yield break; // Kestrel rejects NUL in a path before the app sees it
        }
        if (status >= 500)
        {
            yield return $"{status} {body}";
        }
        if (status >= 400 && (response.Content.Headers.ContentType?.MediaType != "application/problem+json" || JsonElement.Parse(body).Text("trace_id").Length == 0))
        {
            yield return $"{status} is no problem: {body}";
        }
        if (status >= 400 && Inside().IsMatch(body))
        {
            yield return $"reveals internals: {body}";
        }
        // A slash in an id, or an empty one, makes it another route or none.
        foreach (var problem in isElsewhere ? [] : _spec.Problems(entry.Route, response, body))
        {
            yield return problem;
        }
    }

    private IEnumerable<FuzzRequest> Requests(RouteEntry entry, RouteCall valid, JsonElement operation)
    {
        HttpRequestMessage Make(string path, HttpContent? content) =>
            new(entry.Method, new Uri(App.Address.ToString().TrimEnd('/') + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })) { Content = content };
        HttpContent? Same() => valid.Body is null or HttpContent ? null : JsonContent.Create(valid.Body);

        var template = entry.Route.Split(' ')[1].Split('/');
        var (path, query) = (valid.Path.Split('?')[0], valid.Path.Contains('?', StringComparison.Ordinal) ? valid.Path.Split('?')[1] : "");
        foreach (var parameter in operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().ToList() : [])
        {
            var (name, place) = (parameter.Text("name"), parameter.Text("in"));
            foreach (var value in place == "header" ? Hostile.Headers : Hostile.Escaped)
            {
                var segments = path.Split('/');
                segments[Math.Max(0, Array.IndexOf(template, $"{{{name}}}"))] = place == "path" ? value : segments[0];
                var others = query.Split('&').Where(q => q.Length > 0 && !q.StartsWith(name + "=", StringComparison.Ordinal));
                var request = place switch
                {
                    "path" => Make(string.Join('/', segments), Same()),
                    "query" => Make($"{path}?{string.Join('&', others.Append($"{name}={value}"))}", Same()),
                    _ => Make(valid.Path, Same()),
                };
                if (place == "header")
                {
                    request.Headers.TryAddWithoutValidation(name, value);
                }
                yield return new(request, $"{place} {name} = {value}", place == "path" && value is "%2F" or "..%2F..%2Fetc%2Fpasswd" or "%00" or "a%00b");
            }
        }
        foreach (var (text, what) in _spec.Body(operation) is { MediaType: "application/json" } body ? Bodies(body.Schema, valid) : [])
        {
            yield return new(Make(valid.Path, Api.Raw(text)), what, false);
        }
        foreach (var form in _spec.Body(operation) is { MediaType: not "application/json" } ? Hostile.Escaped.SelectMany(v => new[] { $"username={v}&password=x", $"username=x&password={v}", v }) : [])
        {
            yield return new(Make(valid.Path, Api.Raw(form, "application/x-www-form-urlencoded")), form, false);
        }
    }

    private IEnumerable<(string Text, string What)> Bodies(JsonElement schema, RouteCall valid)
    {
        var fields = JsonSerializer.SerializeToElement(valid.Body ?? new { }).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetRawText());
        var names = Names(schema).Distinct().ToList();
        foreach (var name in schema.GetProperty("properties").EnumerateObject().Select(p => p.Name))
        {
            foreach (var value in Hostile.Json)
            {
                var others = fields.Where(f => f.Key != name).Select(f => $"\"{f.Key}\": {f.Value}").ToList();
                yield return ($"{{{string.Join(',', others.Append($"\"{name}\": {value}"))}}}", $"{name} = {value}");
            }
            yield return ($"{{\"{name}\": null, \"{name}\": null}}", $"{name} twice");
        }
        foreach (var text in Hostile.Bodies)
        {
            yield return (text, $"body {text}");
        }
        var random = new Random(Seed);
        for (var i = 0; i < BodiesByChance; i++)
        {
            var text = Hostile.Object(random, names);
            yield return (text, $"body {text}");
        }
    }

    private IEnumerable<string> Names(JsonElement schema)
    {
        schema = _spec.Resolve(schema);
        foreach (var choice in schema.TryGetProperty("oneOf", out var choices) ? choices.EnumerateArray().SelectMany(Names) : [])
        {
            yield return choice;
        }
        foreach (var property in schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToList() : [])
        {
            yield return property.Name;
            foreach (var inner in Names(property.Value))
            {
                yield return inner;
            }
        }
    }

    [GeneratedRegex(@"Exception|   at \w|System\.|Npgsql|Microsoft\.|ChatApp\.|SELECT |INSERT |\.cs:line|BytePositionInLine|postgres", RegexOptions.IgnoreCase)]
    private static partial Regex Inside();

    private sealed record FuzzRequest(HttpRequestMessage Message, string What, bool IsElsewhere);
}
