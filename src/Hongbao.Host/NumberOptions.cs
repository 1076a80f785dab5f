using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Hongbao.Host;

/// <summary>Checks of arguments before anything is done with them.</summary>
internal static class NumberOptions
{
    /// <summary>Takes only whole numbers of a range; everything else is answered with what is accepted.</summary>
    public static void Between(this Option option, long least, long most) => option.Validators.Add(result =>
        Check(result, least, most, $"{option.Name} must be a whole number between {least} and {most}."));

    /// <summary>The same with another range where a switch is given.</summary>
    public static void Between(this Option option, long least, long most, Option<bool> other, long otherLeast, long otherMost) => option.Validators.Add(result =>
    {
        var (from, to) = result.GetValue(other) ? (otherLeast, otherMost) : (least, most);
        Check(result, from, to, $"{option.Name} must be a whole number between {from} and {to}.");
    });

    /// <summary>Takes only positive whole numbers.</summary>
    public static void Positive(this Argument argument) => argument.Validators.Add(result =>
        Check(result, 1, long.MaxValue, $"{argument.Name} must be a positive whole number."));

    // The text is looked at, since asking for the value of one that is no number throws.
    private static void Check(SymbolResult result, long least, long most, string accepted)
    {
        if (result.Tokens is [var token] && !(long.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most))
        {
            result.AddError(accepted);
        }
    }
}
