using ChatApp.Domain.Models;
using ChatApp.Web;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Bench.Serving;

/// <summary>The unchanged app with the scripted provider, in a separate process.</summary>
internal static class AppServer
{
    public const string Command = "serve";

    public static Task<int> RunAsync(string[] args) =>
        ServedProcess.RunAsync(ChatAppHost.Build(args, builder => builder.Services.AddSingleton<IModelCatalog, ScriptedModel>()));
}
