namespace ChatApp.Web.Demo;

/// <summary>Registers the demo.</summary>
public static class DemoServices
{
    /// <summary>Adds the <see cref="DemoSeeder"/>; somebody must call it once the database is there.</summary>
    public static void AddDemo(this IServiceCollection services) => services.AddSingleton<DemoSeeder>();
}
