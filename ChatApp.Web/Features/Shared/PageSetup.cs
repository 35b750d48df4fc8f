using System.Text.Encodings.Web;
using System.Text.Unicode;
using ChatApp.Web.Features.Chat;
using ChatApp.Web.Features.Sessions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Razor;
using Microsoft.Extensions.WebEncoders;

namespace ChatApp.Web.Features.Shared;

public static class PageSetup
{
    /// <summary>The services of the pages; the rest they share with the API.</summary>
    public static void AddPages(this IServiceCollection services)
    {
        services.Configure<RazorViewEngineOptions>(o => o.ViewLocationExpanders.Add(new FeatureViews()));
        // Does not escape letters of any script, which keeps pages short and readable.
        services.Configure<WebEncoderOptions>(o => o.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.Configure<CookieTempDataProviderOptions>(o =>
        {
            o.Cookie.Name = Notice.Cookie;
            o.Cookie.IsEssential = true;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddSingleton<MarkdownCache>();
        services.AddScoped<MessageViews>();
        services.AddScoped<ModelChoices>();
        services.AddScoped<ConversationPages>();
        services.AddScoped<SessionLists>();
    }
}
