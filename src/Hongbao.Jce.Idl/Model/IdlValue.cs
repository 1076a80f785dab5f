using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>A constant of a type. It always fits its type.</summary>
public sealed class IdlValue : IEquatable<IdlValue>
{
    private readonly object _value;

    internal IdlValue(IdlType type, object value)
    {
        Type = type;
        _value = value;
    }

    /// <summary>A bool, number, string or enum type; says which of the other properties can be asked.</summary>
    public IdlType Type { get; }

    /// <summary>Of a bool.</summary>
    public bool Bool => (bool)_value;

    /// <summary>Of a whole number or of an enum (the enumerator's value).</summary>
    public long Integer => _value is IdlEnumerator enumerator ? enumerator.Value : (long)_value;

    /// <summary>Of a float or double. That of a float is exactly a float. Always finite.</summary>
    public double Real => (double)_value;

    /// <summary>Of a string, with escapes resolved.</summary>
    public string String => (string)_value;

    /// <summary>Of an enum.</summary>
    public IdlEnumerator Enumerator => (IdlEnumerator)_value;

    /// <inheritdoc/>
    public bool Equals(IdlValue? other) => other is not null && Type.Equals(other.Type) && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IdlValue);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <summary>As the language writes it: <c>true</c>, <c>-7</c>, <c>1.5</c>, <c>"text"</c>, an enumerator's name. The same on every machine.</summary>
    public override string ToString() => _value switch
    {
        bool value => value ? "true" : "false",
        long value => value.ToString(CultureInfo.InvariantCulture),
        double value => Type.Kind == IdlTypeKind.Float ? TextOf((float)value) : TextOf(value),
        string value => Quote(value),
        _ => Enumerator.Name,
    };

    /// <summary>What stands for a default where none is declared; null for what has no such value.</summary>
    internal static IdlValue? ZeroOf(IdlType type) => type.Kind switch
    {
        IdlTypeKind.Bool => new(type, false),
        IdlTypeKind.Float or IdlTypeKind.Double => new(type, 0d),
        IdlTypeKind.String => new(type, ""),
        IdlTypeKind.Enum => type.Enum!.Enumerators.Count > 0 ? new(type, type.Enum.Enumerators[0]) : null,
        IdlTypeKind.Vector or IdlTypeKind.Map or IdlTypeKind.Struct => null,
        _ => new(type, 0L),
    };

    internal static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ => VisibleText.IsHidden(c) ? Escaped(c) : c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }

    // Escapes are bytes of UTF-8. Three octal digits always end: hex digits would swallow what follows.
    private static string Escaped(char c) =>
        string.Concat(Encoding.UTF8.GetBytes([c]).Select(b => "\\" + Convert.ToString(b, 8).PadLeft(3, '0')));

    // The shortest form is not the same in all runtimes, so it is looked for.
    private static string TextOf(double value)
    {
        if (value == 0)
        {
            return 1 / value < 0 ? "-0.0" : "0";
        }

        var text = value.ToString("G15", CultureInfo.InvariantCulture);
        return double.Parse(text, CultureInfo.InvariantCulture) == value ? text : value.ToString("G17", CultureInfo.InvariantCulture);
    }

    private static string TextOf(float value)
    {
        if (value == 0)
        {
            return TextOf((double)value);
        }

        var text = value.ToString("G7", CultureInfo.InvariantCulture);
        return float.Parse(text, CultureInfo.InvariantCulture) == value ? text : value.ToString("G9", CultureInfo.InvariantCulture);
    }
}
