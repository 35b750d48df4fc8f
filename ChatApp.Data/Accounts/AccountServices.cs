using ChatApp.Data.Accounts.Deletion;
using ChatApp.Data.Accounts.TwoFactor;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Data.Accounts;

/// <summary>Registers accounts, with the rules that passwords and lockouts follow.</summary>
internal static class AccountServices
{
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<AccountSettings>(configuration.GetSection("Accounts"));
        services.AddScoped<RegistrationService>();
        services.AddScoped<SetupTokens>();
        services.AddScoped<AccountService>();
        services.AddScoped<LoginService>();
        services.AddScoped<ApiKeyService>();
        services.AddScoped<TwoFactorService>();
        services.AddScoped<SignInService>();
        services.AddScoped<SignIns>();
        services.AddScoped<PasswordResets>();
        services.AddScoped<AccountDeletion>();
        services.AddScoped<UsageAnonymizer>();
        services.AddSingleton<DeletionSignal>();
        services.AddScoped<AccountDirectory>();
        services.AddIdentityCore<AppUser>(o =>
            {
                o.User.AllowedUserNameCharacters = ""; // any: the registration request's validator is stricter than Identity
                o.Password.RequiredLength = AppUser.PasswordMinLength;
                o.Password.RequireDigit = o.Password.RequireLowercase = o.Password.RequireUppercase = o.Password.RequireNonAlphanumeric = false;
                o.Lockout.MaxFailedAccessAttempts = 5;
                o.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<ChatDbContext>()
            .AddPasswordValidator<CommonPasswordValidator>();
    }
}
