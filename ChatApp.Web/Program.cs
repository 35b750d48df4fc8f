using ChatApp.Web;

var app = ChatAppHost.Build(args);
await app.RunAsync();
