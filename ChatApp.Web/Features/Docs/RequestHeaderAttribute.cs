namespace ChatApp.Web.Features.Docs;

/// <summary>A header that a route reads by itself, for the API's description.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequestHeaderAttribute(string name, string description) : Attribute
{
    public string Name => name;

    public string Description => description;
}
