using System.Text.Json;
using ChatApp.Web.Features.Shared;
using FluentValidation;

namespace ChatApp.Web.Infrastructure;

public static class MvcSetup
{
    /// <summary>Name of the header in which scripts send the antiforgery token.</summary>
    public const string AntiforgeryHeader = "X-CSRF-Token";

    public static void AddChatMvc(this IServiceCollection services)
    {
        // Read as a pipe, a body with invalid JSON stays half read, and Kestrel gives the connection up (.NET 10.0).
        AppContext.SetSwitch("Microsoft.AspNetCore.UseStreamBasedJsonParsing", true);
        services.AddChatErrors();
        services.AddSingleton<CursorProtector>();
        services.AddAntiforgery(o =>
        {
            o.HeaderName = AntiforgeryHeader;
            o.Cookie.Name = "chatapp-csrf";
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddRouting(o => o.LowercaseUrls = true);
        services.AddControllersWithViews(o =>
            {
                o.ModelBinderProviders.Insert(0, new KeyBinderProvider());
                o.Filters.Add<ScopeFilter>();
                o.Filters.Add<AntiforgeryFilter>();
                o.Filters.Add<ValidationFilter>();
            })
            .ConfigureApiBehaviorOptions(o => o.SuppressModelStateInvalidFilter = true) // one filter, one shape
            .AddJsonOptions(o => Json.Configure(o.JsonSerializerOptions));
        services.AddPages();
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) => member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        foreach (var validator in AssemblyScanner.FindValidatorsInAssembly(typeof(MvcSetup).Assembly, includeInternalTypes: true))
        {
            services.AddSingleton(validator.InterfaceType, validator.ValidatorType);
        }
    }
}
