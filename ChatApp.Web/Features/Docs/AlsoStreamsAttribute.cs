namespace ChatApp.Web.Features.Docs;

/// <summary>Marks a route that responds with server-sent events if the caller asks for them, for the API description.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlsoStreamsAttribute : Attribute;
