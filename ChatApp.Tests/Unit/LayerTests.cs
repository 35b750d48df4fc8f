using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ChatApp.Data;
using ChatApp.Domain;
using ChatApp.Domain.Models;
using ChatApp.Domain.Search;
using ChatApp.Domain.Usage;
using ChatApp.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace ChatApp.Tests.Unit;

/// <summary>Web → Domain ← Data ← migrations, checked on the assemblies.</summary>
internal sealed class LayerTests
{
    private static readonly Assembly Domain = typeof(IChatDb).Assembly;
    private static readonly Assembly Data = typeof(ChatDbContext).Assembly;
    private static readonly Assembly Web = typeof(ChatAppHost).Assembly;

    private static readonly Type[] Controllers = [.. Web.GetTypes().Where(t => t.IsSubclassOf(typeof(ControllerBase)) && !t.IsAbstract)];

    [Test]
    public void Domain_References_ExcludeWebDatabaseAndIdentity() => Assert.That(
        Names(Domain), Has.None.StartsWith("Microsoft.AspNetCore").And.None.StartsWith("Npgsql").And.None.Contains("Identity").And.None.StartsWith("ChatApp"));

    [Test]
    public void Data_References_IncludeTheDomainAndNotTheWeb() =>
        Assert.That(Names(Data), Has.Some.EqualTo("ChatApp.Domain").And.None.EqualTo("ChatApp.Web").And.None.StartsWith("Microsoft.AspNetCore.Mvc"));

    [Test]
    public void Migrations_References_IncludeOnlyData() => Assert.That(
        Names(Assembly.Load("ChatApp.Migrations")).Where(n => n.StartsWith("ChatApp", StringComparison.Ordinal)), Is.SubsetOf(new[] { "ChatApp.Data", "ChatApp.Domain" }));

    [Test]
    public void Domain_Interfaces_ArePortsOrTheDatabase() => Assert.That(
        Domain.GetExportedTypes().Where(t => t.IsInterface && t.Namespace != "ChatApp.Domain.Chat.Ports"), Is.EquivalentTo(new[] { typeof(IChatDb), typeof(IMessageSearch), typeof(IModelCatalog), typeof(IUsageLedger) }));

    [Test]
    public void Domain_Calls_ContainNoRawSql()
    {
        using var file = new PEReader(File.OpenRead(Domain.Location));
        var metadata = file.GetMetadataReader();
        var called = metadata.MemberReferences.Select(h => metadata.GetString(metadata.GetMemberReference(h).Name)).Distinct();
        Assert.That(called, Has.None.Match("^(FromSql|ExecuteSql|SqlQuery|GetDbConnection|CreateCommand)"));
    }

    [TestCaseSource(nameof(Controllers))]
    public void Controller_EachOne_DeclaresWhoMayCallIt(Type controller) =>
        Assert.That(controller.IsDefined(typeof(AuthorizeAttribute)) || controller.IsDefined(typeof(AllowAnonymousAttribute)), Is.True);

    [TestCaseSource(nameof(Controllers))]
    public void Controller_EachOne_GetsServicesNotTheDatabase(Type controller) => Assert.That(
        controller.GetConstructors().SelectMany(c => c.GetParameters()).Select(p => p.ParameterType),
        controller.Name == "HealthApiController" ? Is.Not.Empty : Has.None.EqualTo(typeof(ChatDbContext)).And.None.EqualTo(typeof(IChatDb)));

    private static IEnumerable<string> Names(Assembly assembly) => assembly.GetReferencedAssemblies().Select(a => a.Name!);
}
