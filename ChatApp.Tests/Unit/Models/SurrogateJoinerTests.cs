using System.Text;
using ChatApp.Web.Integrations;

namespace ChatApp.Tests.Unit.Models;

internal sealed class SurrogateJoinerTests
{
    [TestCase("""{"a":"\ud83d\ude00"}""", """{"a":"\ud83d\ude00"}""")]
    [TestCase("""{"a":"x\ud83d"}{"a":"\ude00y"}""", """{"a":"x"}{"a":"\ud83d\ude00y"}""")]
    [TestCase("""{"a":"\uD83D"}{"b":null,"a":""}{"a":"\uDE00"}""", """{"a":""}{"b":null,"a":""}{"a":"\ud83d\ude00"}""")]
    [TestCase("""{"a":"\ud83d \ude00"}""", """{"a":"\ufffd \ufffd"}""")]
    [TestCase("""{"a":"\ud83d\ud83d\ude00"}""", """{"a":"\ufffd\ud83d\ude00"}""")]
    [TestCase("""{"a":"\ud83d\n\u0041"}""", """{"a":"\ufffd\n\u0041"}""")]
    [TestCase("""{"a":"\ude00"}""", """{"a":"\ufffd"}""")]
    [TestCase("""{"a":"\\ud83d","b":"\\\ud83d\ude00","c":"\\"}""", """{"a":"\\ud83d","b":"\\\ud83d\ude00","c":"\\"}""")]
    [TestCase("""{"a":"\"\u00fc 😀"}""", """{"a":"\"\u00fc 😀"}""")]
    public void Add_InAnyPieces_JoinsHalvesAndLeavesTheRest(string json, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        for (var size = 1; size <= bytes.Length; size++)
        {
            var joiner = new SurrogateJoiner();
            foreach (var piece in bytes.Chunk(size))
            {
                joiner.Add(piece);
            }

            Assert.That(Encoding.UTF8.GetString(joiner.Output), Is.EqualTo(expected), $"in pieces of {size}");
        }
    }
}
