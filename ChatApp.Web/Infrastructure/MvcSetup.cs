using System.Text.Json;
using ChatApp.Web.Features.Shared;
using FluentValidation;

namespace ChatApp.Web.Infrastructure;

public static class MvcSetup
{
    /// <summary>The header in which scripts send the antiforgery token.</summary>
    public const string AntiforgeryHeader = "X-CSRF-Token";

    public static void AddChatMvc(this IServiceCollection services)
    {
        // The pipe-based parser leaves the rest of an invalid JSON body unread, and Kestrel then closes the connection (.NET 10.0).
        AppContext.SetSwitch("Microsoft.AspNetCore.UseStreamBasedJsonParsing", true);
        services.AddChatErrors();
        services.AddSingleton<CursorProtector>();
        services.AddAntiforgery(o =>
        {
            o.HeaderName = AntiforgeryHeader;
            o.Cookie.Name = SecureCookies.Antiforgery;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddRouting(o => o.LowercaseUrls = true);
        services.AddControllersWithViews(o =>
            {
                o.ModelBinderProviders.Insert(0, new KeyBinderProvider());
                o.Filters.Add<ApiScopeFilter>();
                o.Filters.Add<AntiforgeryFilter>();
                o.Filters.Add<ValidationFilter>();
            })
            .ConfigureApiBehaviorOptions(o => o.SuppressModelStateInvalidFilter = true) // ValidationFilter does this
            .AddJsonOptions(o => Json.Configure(o.JsonSerializerOptions));
        services.AddPages();
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        foreach (var validator in AssemblyScanner.FindValidatorsInAssembly(typeof(MvcSetup).Assembly, includeInternalTypes: true))
        {
            services.AddSingleton(validator.InterfaceType, validator.ValidatorType);
        }
    }
}
