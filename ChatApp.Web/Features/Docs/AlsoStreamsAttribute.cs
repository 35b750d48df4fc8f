namespace ChatApp.Web.Features.Docs;

/// <summary>A route that answers with server-sent events if its caller asks for them, for the API's description.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AlsoStreamsAttribute : Attribute;
