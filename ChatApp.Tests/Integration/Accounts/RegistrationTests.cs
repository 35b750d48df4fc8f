using System.Net;
using ChatApp.Data.Accounts;
using ChatApp.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Integration.Accounts;

internal sealed class RegistrationTests : AppFixture
{
    private const string Password = "correct horse 7";

    [Test]
    public async Task Register_ValidAccount_Is201AndStoresNoPassword()
    {
        using var client = App.Anonymous();

        using var response = await client.SendAsync(HttpMethod.Post, "/auths/register", Body("Ada.L-1_ö", "Ada@Example.com"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(response.Headers.Location?.OriginalString, Is.EqualTo("/users/me"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(text, Does.Not.Contain(Password));
        var user = await response.JsonAsync();
        var id = user.Id();
        var stored = await App.WithDb(db => db.Users.SingleAsync(u => u.Id == id));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(user.Text("username"), Is.EqualTo("Ada.L-1_ö"));
            Assert.That(user.Text("email"), Is.EqualTo("Ada@Example.com"));
            Assert.That(user.Text("created_at"), Does.EndWith("Z"));
            Assert.That(stored.UserName, Is.EqualTo("Ada.L-1_ö"));
            Assert.That(stored.PasswordHash, Is.Not.Null.And.Not.Contains(Password));
        }
    }

    [TestCase("grace", "other@example.com")]
    [TestCase("GRACE", "other@example.com")]
    [TestCase("other", "grace@example.com")]
    [TestCase("other", "GRACE@Example.COM")]
    public async Task Register_TakenNameOrEmailInAnyCase_Is409AndCreatesNothing(string name, string email)
    {
        using var client = App.Anonymous();
        using var first = await client.SendAsync(HttpMethod.Post, "/auths/register", Body("grace", "grace@example.com"));

        await client.ProblemAsync(HttpMethod.Post, "/auths/register", Body(name, email), HttpStatusCode.Conflict);

        var matching = await App.WithDb(db => db.Users.CountAsync(u => u.NormalizedUserName == "GRACE" || u.NormalizedEmail == "OTHER@EXAMPLE.COM"));
        Assert.That(matching, Is.EqualTo(1));
    }

    [TestCase("paypal", "раураl", TestName = "Register_NameInCyrillicThatLooksTheSame_Is409")]
    [TestCase("Αlpha", "Alpha", TestName = "Register_NameWithAGreekLetter_Is409")]
    [TestCase("wide", "ｗｉｄｅ", TestName = "Register_NameInFullWidth_Is409")]
    [TestCase("finest", "ﬁnest", TestName = "Register_NameWithALigature_Is409")]
    [TestCase("Alice", "AIice", TestName = "Register_CapitalIForASmallL_Is409")]
    [TestCase("corner", "comer", TestName = "Register_MForRN_Is409")]
    [TestCase("boss0", "bosso", TestName = "Register_OForZero_Is409")]
    public async Task Register_NameThatLooksLikeAnother_Is409(string name, string lookalike)
    {
        using var client = App.Anonymous();
        await client.SendJsonAsync(HttpMethod.Post, "/auths/register", Body(name, $"{Guid.CreateVersion7():N}@example.com"), HttpStatusCode.Created);

        await client.ProblemAsync(HttpMethod.Post, "/auths/register", Body(lookalike, $"{Guid.CreateVersion7():N}@example.com"), HttpStatusCode.Conflict);
    }

    [TestCase("Зоя", "Юлия")]
    [TestCase("Éva", "Eva")]
    [TestCase("山田", "山口")]
    [TestCase("ian", "lan")]
    public async Task Register_NameThatLooksDifferent_Succeeds(string name, string other)
    {
        using var client = App.Anonymous();
        foreach (var each in new[] { name, other })
        {
            await client.SendJsonAsync(HttpMethod.Post, "/auths/register", Body(each, $"{Guid.CreateVersion7():N}@example.com"), HttpStatusCode.Created);
        }
    }

    [Test]
    public async Task Names_OfAPreviousVersion_AreKeptAndProtectedLater()
    {
        using var client = App.Anonymous();
        foreach (var name in new[] { "before", "previous" })
        {
            await client.SendJsonAsync(HttpMethod.Post, "/auths/register", Body(name, $"{name}@example.com"), HttpStatusCode.Created);
        }
        await App.WithDb(db => db.Users.Where(u => u.UserName == "before" || u.UserName == "previous")
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.NameSkeleton, (string?)null).SetProperty(x => x.UserName, x => x.UserName == "previous" ? "bеfore" : "before")));

        await App.WithServiceAsync<NameSkeletons, bool>(async s =>
        {
            await s.FillInAsync(CancellationToken.None);
            return true;
        });

        var stored = await App.WithDb(db => db.Users.Where(u => u.Email == "before@example.com" || u.Email == "previous@example.com").OrderBy(u => u.Email).Select(u => u.NameSkeleton).ToListAsync());
        Assert.That(stored, Is.EqualTo(new[] { "before", stored[1] }));
        Assert.That(stored[1], Does.StartWith(": "), "two that look the same both stay");
        await client.ProblemAsync(HttpMethod.Post, "/auths/register", Body("bef0re", "third@example.com"), HttpStatusCode.Conflict);
    }

    [Test]
    public async Task Register_SameNameTwentyTimesConcurrently_CreatesOneAccount()
    {
        using var client = App.Anonymous();

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.SendAsync(HttpMethod.Post, "/auths/register", Body("twin", "twin@example.com"))));

        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(responses.Count(r => r.StatusCode == HttpStatusCode.Conflict), Is.EqualTo(19));
        Assert.That(await App.WithDb(db => db.Users.CountAsync(u => u.UserName == "twin")), Is.EqualTo(1));
    }

    [TestCase("", "x@example.com", Password, "username", TestName = "Register_NoName_Is400")]
    [TestCase(null, "x@example.com", Password, "username", TestName = "Register_NullName_Is400")]
    [TestCase("with space", "x@example.com", Password, "username", TestName = "Register_NameWithSpace_Is400")]
    [TestCase("x@example.com", "x@example.com", Password, "username", TestName = "Register_NameLikeAnEmail_Is400")]
    [TestCase(".dot", "x@example.com", Password, "username", TestName = "Register_NameBeginningWithADot_Is400")]
    [TestCase("line\n", "x@example.com", Password, "username", TestName = "Register_NameWithLineBreak_Is400")]
    [TestCase("nul\0", "x@example.com", Password, "username", TestName = "Register_NameWithNul_Is400")]
    [TestCase("valid", "", Password, "email", TestName = "Register_NoEmail_Is400")]
    [TestCase("valid", null, Password, "email", TestName = "Register_NullEmail_Is400")]
    [TestCase("valid", "nobody", Password, "email", TestName = "Register_EmailWithoutAt_Is400")]
    [TestCase("valid", "a b@example.com", Password, "email", TestName = "Register_EmailWithSpace_Is400")]
    [TestCase("valid", "a\0@example.com", Password, "email", TestName = "Register_EmailWithNul_Is400")]
    [TestCase("valid", "x@example.com", "", "password", TestName = "Register_NoPassword_Is400")]
    [TestCase("valid", "x@example.com", null, "password", TestName = "Register_NullPassword_Is400")]
    [TestCase("valid", "x@example.com", "9 chars ü", "password", TestName = "Register_PasswordOfNineCharacters_Is400")]
    [TestCase("valid", "x@example.com", "password123!", "password", TestName = "Register_CommonPassword_Is400")]
    [TestCase("valid", "x@example.com", "Manchester1978", "password", TestName = "Register_CommonWordWithAYear_Is400")]
    [TestCase("valid", "x@example.com", "q1w2e3r4t5y6", "password", TestName = "Register_CommonPasswordOfTheLongList_Is400")]
    [TestCase("valid", "x@example.com", "Qwertyuiop1", "password", TestName = "Register_CommonPasswordInAnotherCase_Is400")]
    [TestCase("valid", "x@example.com", "abcdefghijkl", "password", TestName = "Register_Alphabet_Is400")]
    [TestCase("valid", "x@example.com", "aaaaaaaaaaaa", "password", TestName = "Register_OneCharacterOverAndOver_Is400")]
    [TestCase("valid", "x@example.com", "8675309867530986", "password", TestName = "Register_DigitsOnly_Is400")]
    [TestCase("valid-user-7", "x@example.com", "VALID-user-7", "password", TestName = "Register_PasswordIsTheName_Is400")]
    [TestCase("valid", "x9173@example.com", "X9173@example.com", "password", TestName = "Register_PasswordIsTheEmail_Is400")]
    public async Task Register_InvalidField_Is400ThatNamesIt(string? name, string? email, string? password, string field)
    {
        using var client = App.Anonymous();
        var before = await App.WithDb(db => db.Users.CountAsync());

        var problem = await client.ProblemAsync(HttpMethod.Post, "/auths/register", new { username = name, email, password }, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EqualTo(new[] { field }));
        Assert.That(await App.WithDb(db => db.Users.CountAsync()), Is.EqualTo(before));
    }

    [Test]
    public async Task Register_EveryFieldAtItsLimit_Succeeds()
    {
        using var client = App.Anonymous();
        var (name, email) = (new string('n', AppUser.UserNameMaxLength), new string('e', AppUser.EmailMaxLength - "@example.com".Length) + "@example.com");

        foreach (var password in new[] { new string('ü', 9) + "a7", string.Concat(Enumerable.Repeat("p4ss w/o ", 15))[..AppUser.PasswordMaxLength] })
        {
            await client.SendJsonAsync(HttpMethod.Post, "/auths/register", new { username = name, email, password }, HttpStatusCode.Created);
            using var login = await client.SendAsync(HttpMethod.Post, "/auths/login", TestApp.Form(email, password));
            Assert.That(login.StatusCode, Is.EqualTo(HttpStatusCode.OK));
            (name, email) = ("m" + name[1..], "m" + email[1..]);
        }
    }

    [Test]
    public async Task Register_EveryFieldOverItsLimit_Is400ThatNamesThem()
    {
        using var client = App.Anonymous();
        var body = new
        {
            username = new string('n', AppUser.UserNameMaxLength + 1),
            email = new string('e', AppUser.EmailMaxLength + 1 - "@example.com".Length) + "@example.com",
            password = string.Concat(Enumerable.Repeat("p4ss w/o ", 15))[..(AppUser.PasswordMaxLength + 1)],
        };

        var problem = await client.ProblemAsync(HttpMethod.Post, "/auths/register", body, HttpStatusCode.BadRequest);

        Assert.That(problem.Fields(), Is.EquivalentTo(new[] { "username", "email", "password" }));
    }

    [Test]
    public async Task Register_EmailLongerWhenNormalized_Is400OrSucceeds()
    {
        using var client = App.Anonymous();
        var email = new string('\uFB2C', 200) + "@example.com"; // one character, three when normalized

        using var response = await client.SendAsync(HttpMethod.Post, "/auths/register", Body("grower", email));

        Assert.That(response.StatusCode, Is.AnyOf(HttpStatusCode.Created, HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Register_AdditionalFields_GrantNoRights()
    {
        var user = await App.RegisterAsync(); // so that the next account is not the first
        using var client = App.Anonymous();

        var created = await client.SendJsonAsync(
            HttpMethod.Post, "/auths/register",
            new { username = "climber", email = "climber@example.com", password = Password, roles = new[] { Roles.Administrator }, id = user.Id },
            HttpStatusCode.Created);

        Assert.That(created.Items("roles"), Is.Empty);
        Assert.That(created.Id(), Is.Not.EqualTo(user.Id));
    }

    private static object Body(string name, string email) => new { username = name, email, password = Password };
}
