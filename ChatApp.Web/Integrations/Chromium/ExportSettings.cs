namespace ChatApp.Web.Integrations.Chromium;

/// <summary>Configuration section <c>Export</c>.</summary>
public sealed class ExportSettings
{
    /// <summary>The Chromium to print with; empty to look in the usual places.</summary>
    public string? Chromium { get; set; }

    /// <summary>How long printing may take, including waiting for other prints.</summary>
    public TimeSpan PdfTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The number of concurrent prints, which take about 200 MB each.</summary>
    public int PdfConcurrency { get; set; } = 2;
}
