using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ChatApp.Tests.Support;

/// <summary>The JSON API for tests.</summary>
internal static class Api
{
    extension(HttpClient client)
    {
        /// <summary>Sends a request and expects this status.</summary>
        /// <returns>The JSON of the response.</returns>
        public async Task<JsonElement> SendJsonAsync(HttpMethod method, string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK)
        {
            using var response = await client.SendAsync(method, path, body);
            var text = await response.Content.ReadAsStringAsync();
            Assert.That(response.StatusCode, Is.EqualTo(expected), $"{method} {path}: {text}");
            return text.Length == 0 ? default : JsonElement.Parse(text);
        }

        public Task<JsonElement> GetJsonAsync(string path) => client.SendJsonAsync(HttpMethod.Get, path);

        public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)) };
            return await client.SendAsync(request);
        }

        /// <summary>Sends a request that must fail with problem details.</summary>
        public async Task<JsonElement> ProblemAsync(HttpMethod method, string path, object? body, HttpStatusCode expected)
        {
            using var response = await client.SendAsync(method, path, body);
            return await response.ProblemAsync(expected);
        }
    }

    extension(HttpResponseMessage response)
    {
        public async Task<JsonElement> JsonAsync() => JsonElement.Parse(await response.Content.ReadAsStringAsync());

        /// <summary>Expects problem details.</summary>
        public async Task<JsonElement> ProblemAsync(HttpStatusCode expected)
        {
            var text = await response.Content.ReadAsStringAsync();
            var request = $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri}: {text}";
            Assert.That(response.StatusCode, Is.EqualTo(expected), request);
            Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"), request);
            var problem = JsonElement.Parse(text);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(problem.GetProperty("status").GetInt32(), Is.EqualTo((int)expected));
                Assert.That(problem.Text("trace_id"), Is.Not.Empty);
                Assert.That(problem.Text("title"), Is.Not.Empty);
                Assert.That(problem.Text("type"), Is.Not.Empty);
                Assert.That(problem.Text("detail"), Is.Not.Empty);
                Assert.That(text, Does.Not.Contain("Exception").And.Not.Contain("   at "));
            }
            return problem;
        }
    }

    extension(JsonElement json)
    {
        public string Text(string property) => json.GetProperty(property).GetString()!;

        public int Number(string property) => json.GetProperty(property).GetInt32();

        public Guid Id() => json.GetProperty("id").GetGuid();

        public IReadOnlyList<JsonElement> Items(string property) => [.. json.GetProperty(property).EnumerateArray()];

        /// <summary>The fields that a validation problem names.</summary>
        public IReadOnlyList<string> Fields() => [.. json.GetProperty("errors").EnumerateObject().Select(e => e.Name)];

        /// <summary>A problem without what differs from request to request.</summary>
        public string WithoutTraceId() => string.Join('\n', json.EnumerateObject().Where(p => p.Name != "trace_id").Select(p => p.ToString()));
    }

    /// <summary>A body that is sent unchanged.</summary>
    public static StringContent Raw(string text, string contentType = "application/json") =>
        new(text, Encoding.UTF8, System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType).MediaType!);
}
