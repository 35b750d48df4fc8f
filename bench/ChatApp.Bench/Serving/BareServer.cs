using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ChatApp.Bench.Serving;

/// <summary>The bound of streaming: the same events of the same provider, from bare Kestrel.</summary>
internal static class BareServer
{
    public const string Command = "serve-bare";

    public static Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(StreamAsync);
        return ServedProcess.RunAsync(app);
    }

    private static async Task StreamAsync(HttpContext http)
    {
        var (tokens, rate) = (Number(http, "tokens"), Number(http, "rate"));
        http.Response.ContentType = "text/event-stream";
        await http.Response.StartAsync(http.RequestAborted);
        var (writer, position) = (http.Response.BodyWriter, 0);
        await foreach (var token in new TokenScript(tokens, rate).EmitAsync(http.RequestAborted))
        {
            position += token.Length;
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {position}\ndata: {{\"type\":\"token\",\"content\":\"{token}\"}}\n\n"), writer);
            await writer.FlushAsync(http.RequestAborted);
        }
        writer.Write("data: {\"type\":\"done\"}\n\n"u8);
        await writer.FlushAsync(http.RequestAborted);
    }

    private static int Number(HttpContext http, string name) => int.Parse(http.Request.Query[name].ToString(), CultureInfo.InvariantCulture);
}
