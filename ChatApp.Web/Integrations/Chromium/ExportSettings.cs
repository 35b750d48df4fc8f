namespace ChatApp.Web.Integrations.Chromium;

/// <summary>Configuration section <c>Export</c>.</summary>
public sealed class ExportSettings
{
    /// <summary>The Chromium that prints; empty: looked for where systems have one.</summary>
    public string? Chromium { get; set; }

    /// <summary>How long printing may take, waiting for others included.</summary>
    public TimeSpan PdfTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How many may be printed at the same time: each takes about 200 MB.</summary>
    public int PdfConcurrency { get; set; } = 2;
}
