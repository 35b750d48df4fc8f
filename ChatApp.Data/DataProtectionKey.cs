namespace ChatApp.Data;

/// <summary>One of ASP.NET Core's data protection keys, as it serializes them.</summary>
public sealed class DataProtectionKey
{
    public int Id { get; set; }

    public string FriendlyName { get; set; } = "";

    public string Xml { get; set; } = "";
}
