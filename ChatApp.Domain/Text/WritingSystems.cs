using System.Globalization;
using System.Text;

namespace ChatApp.Domain.Text;

/// <summary>How a character's script separates words.</summary>
public enum WritingSystem
{
    /// <summary>By spaces, e.g. Latin and Cyrillic.</summary>
    Spaced,

    /// <summary>Not at all: Chinese characters.</summary>
    Han,

    /// <summary>Not at all: the Japanese syllabary for grammatical elements.</summary>
    Hiragana,

    /// <summary>Not at all: the Japanese syllabary for foreign words.</summary>
    Katakana,

    /// <summary>By spaces, but particles are attached to words: Korean.</summary>
    Hangul,

    /// <summary>Not at all: Thai, Lao, Khmer and Burmese.</summary>
    SouthEastAsian,

    /// <summary>A symbol, such as an emoji, which is a word by itself.</summary>
    Symbol,
}

public static class WritingSystems
{
    public static WritingSystem Of(Rune rune) => rune.Value switch
    {
        >= 0x0E00 and <= 0x0EFF or >= 0x1000 and <= 0x109F or >= 0x1780 and <= 0x17FF => WritingSystem.SouthEastAsian,
        >= 0x3041 and <= 0x309F => WritingSystem.Hiragana,
        >= 0x30A0 and <= 0x30FF or >= 0x31F0 and <= 0x31FF => WritingSystem.Katakana,
        >= 0xAC00 and <= 0xD7AF or >= 0x1100 and <= 0x11FF => WritingSystem.Hangul,
        >= 0x2E80 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF => WritingSystem.Han,
        _ when Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol => WritingSystem.Symbol,
        _ => WritingSystem.Spaced,
    };
}
