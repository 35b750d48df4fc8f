using ChatApp.Domain.Chat.Ports;
using ChatApp.Web;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Bench.Serving;

/// <summary>The app as it is, with the scripted provider, in a process of its own.</summary>
internal static class AppServer
{
    public const string Command = "serve";

    public static Task<int> RunAsync(string[] args) =>
        ServedProcess.RunAsync(ChatAppHost.Build(args, builder => builder.Services.AddSingleton<IModelCatalog, ScriptedModel>()));
}
