using ChatApp.Web;

if (args.Contains(CheckCommand.Switch))
{
    return await CheckCommand.RunAsync(args);
}
await using var app = ChatAppHost.Build(args);
try
{
    await app.StartAsync();
}
catch (Exception e) when (e is InvalidOperationException or Microsoft.Extensions.Options.OptionsValidationException or IOException or System.Data.Common.DbException)
{
    // Missing binaries, a folder or a port in use, a server that cannot be reached: the message says it all.
    await Console.Error.WriteLineAsync($"ChatApp cannot start: {e.Message}");
    return 1;
}
await app.WaitForShutdownAsync();
return 0;
