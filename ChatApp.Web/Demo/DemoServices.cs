namespace ChatApp.Web.Demo;

/// <summary>Registers the demo.</summary>
public static class DemoServices
{
    /// <summary>Adds the demo. Call it after the database is added: hosted services start in that order.</summary>
    public static void AddDemo(this IServiceCollection services)
    {
        services.AddSingleton<DemoSeeder>();
        services.AddHostedService<DemoStartup>();
    }
}
