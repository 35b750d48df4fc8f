using ChatApp.Web;

if (args.Contains(CheckCommand.Switch))
{
    return await CheckCommand.RunAsync(args);
}
await using var app = ChatAppHost.Build(args);
await app.RunAsync();
return 0;
