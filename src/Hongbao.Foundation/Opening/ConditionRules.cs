using System.Globalization;
using System.Text;
using Hongbao.Contracts;

namespace Hongbao.Foundation.Opening;

/// <summary>What a condition of a packet or a campaign may be; every fault names its field as in the HTTP contract and what is accepted.</summary>
public static class ConditionRules
{
    /// <summary>Most Unicode characters of what is to be shared.</summary>
    public const int ContentIdMax = 64;

    /// <summary>What is not acceptable about it.</summary>
    /// <param name="condition">As it was asked for.</param>
    /// <param name="hasSender">True for a packet's: to follow nobody in particular is to follow its sender.</param>
    public static IEnumerable<FieldFault> Faults(OpeningCondition condition, bool hasSender)
    {
        if (!Enum.IsDefined(condition.Kind))
        {
            yield return Fault("kind", "must be 'password', 'follow' or 'share'");
            yield break;
        }

        if (condition.Kind == ConditionKind.Password)
        {
            if (OpeningPassword.FaultOf(condition.Password) is { } accepted)
            {
                yield return Fault("password", accepted);
            }
        }
        else if (condition.Password.Length > 0)
        {
            yield return Fault("password", "is only for condition kind 'password'");
        }

        if (condition.Kind == ConditionKind.Follow)
        {
            if (condition.Uid < (hasSender ? 0 : 1))
            {
                yield return Fault("uid", "must be a positive user id");
            }
        }
        else if (condition.Uid != 0)
        {
            yield return Fault("uid", "is only for condition kind 'follow'");
        }

        if (condition.Kind == ConditionKind.Share)
        {
            if (!IsPlain(condition.ContentId, ContentIdMax))
            {
                yield return Fault("contentId", $"must be 1 to {ContentIdMax} characters without control characters");
            }
        }
        else if (condition.ContentId.Length > 0)
        {
            yield return Fault("contentId", "is only for condition kind 'share'");
        }
    }

    /// <summary>True for 1 to so many Unicode characters, none of which controls anything. A text that is far too long is not walked to its end.</summary>
    internal static bool IsPlain(string text, int most)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (++length > most || rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return false;
            }
        }

        return length > 0;
    }

    private static FieldFault Fault(string field, string message) => new() { Field = "condition." + field, Message = message };
}
