using ChatApp.Data.Accounts.Deletion;
using ChatApp.Data.Accounts.TwoFactor;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Data.Accounts;

/// <summary>Registers accounts, with the rules that passwords follow.</summary>
internal static class AccountServices
{
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.Configure<AccountSettings>(configuration.GetSection("Accounts"));
        services.AddScoped<RegistrationService>();
        services.AddScoped<SetupTokens>();
        services.AddScoped<AccountService>();
        services.AddScoped<PasswordCheck>();
        services.Configure<PasswordHasherOptions>(o => o.IterationCount = PasswordCheck.Iterations);
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
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<ChatDbContext>()
            .AddPasswordValidator<CommonPasswordValidator>();
    }
}
