using ChatApp.Data;
using ChatApp.Web.Background;
using ChatApp.Web.Demo;
using ChatApp.Web.Features;
using ChatApp.Web.Features.Docs;
using ChatApp.Web.Infrastructure;
using ChatApp.Web.Integrations;

namespace ChatApp.Web;

/// <summary>Puts the application together. Apart from <c>Program</c> so that tests start the very same one.</summary>
public static class ChatAppHost
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. args.Except([DemoStartup.Switch])], // the configuration would take what follows for its value
            ApplicationName = typeof(ChatAppHost).Assembly.GetName().Name, // also where a test's process starts it
            ContentRootPath = ContentRoot(),
        });
        builder.WebHost.UseStaticWebAssets(); // a build that is not published has its compressed files elsewhere
        builder.UseChatKestrel();
        builder.Logging.AddChatLogging();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddChatData(builder.Configuration);
        if (args.Contains(DemoStartup.Switch))
        {
            builder.Services.AddDemo();
        }
        builder.Services.AddChatDomain(builder.Configuration);
        builder.Services.AddModels(builder.Configuration);
        builder.Services.AddTools(builder.Configuration);
        builder.Services.AddPersonas();
        builder.Services.AddBackgroundWork();
        builder.Services.AddChatAuthentication();
        builder.Services.AddKnownProxies(builder.Configuration);
        builder.Services.AddRateLimits(builder.Configuration);
        builder.Services.AddChatCors(builder.Configuration);
        builder.Services.AddChatMvc();
        builder.Services.AddApiDescription();
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseKnownProxies();
        app.UseRequestLog();
        app.UseSecurityHeaders();
        app.UseChatErrors();
        app.UseRouting();
        app.UseChatCors();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.MapStaticAssets().ShortCircuit(); // for everybody, and without a look at who it is
        app.MapControllers().WithStaticAssets();
        return app;
    }

    // The published app lies beside its wwwroot; a build finds the project's.
    private static string ContentRoot()
    {
        var project = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "ChatApp.Web");
        return Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot")) || !Directory.Exists(project)
            ? AppContext.BaseDirectory
            : Path.GetFullPath(project);
    }
}
