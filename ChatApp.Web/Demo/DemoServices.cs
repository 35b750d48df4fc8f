namespace ChatApp.Web.Demo;

/// <summary>Registers the demo.</summary>
public static class DemoServices
{
    /// <summary>Adds the demo. To be called after the database was added, whose start comes before.</summary>
    public static void AddDemo(this IServiceCollection services)
    {
        services.AddSingleton<DemoSeeder>();
        services.AddHostedService<DemoStartup>();
    }
}
