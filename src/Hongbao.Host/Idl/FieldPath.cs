using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary>Names for the path of a fault that was found without a contract.</summary>
internal static partial class FieldPath
{
    /// <summary>A path of tags and places, such as <c>3[2].1</c>, with the names that the contract has: <c>items[2].amount</c>. What it does not know stays a tag.</summary>
    public static string Of(IdlStruct root, string path)
    {
        var names = new StringBuilder();
        var (structure, type) = ((IdlStruct?)root, (IdlType?)null);
        foreach (Match step in Step().Matches(path))
        {
            if (step.Value[0] == '[')
            {
                names.Append(step.Value);

                // Of a map either the key or the value is meant; that which can be wrong inside is rather the value.
                type = type?.Element ?? type?.Value;
            }
            else
            {
                var member = structure?.Members.FirstOrDefault(m => m.Tag == int.Parse(step.ValueSpan, CultureInfo.InvariantCulture));
                names.Append(names.Length > 0 ? "." : "").Append(member?.Name ?? step.Value);
                type = member?.Type;
            }

            structure = type?.Struct;
        }

        return names.ToString();
    }

    [GeneratedRegex(@"\d+|\[\d+\]")]
    private static partial Regex Step();
}
