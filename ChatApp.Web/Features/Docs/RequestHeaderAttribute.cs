namespace ChatApp.Web.Features.Docs;

/// <summary>Declares a request header for the API description, where the action has no parameter for it.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequestHeaderAttribute(string name, string description) : Attribute
{
    public string Name => name;

    public string Description => description;
}
