using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hongbao.Jce.Generator.CSharp;
using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Tests.Vectors;

/// <summary>Values in the vectors' notation (bool, numbers, long as text, bytes as hex, maps as lists of pairs) and as instances.</summary>
internal static class VectorValues
{
    public static object FromJson(IdlStruct of, Type type, JsonElement json)
    {
        var value = Activator.CreateInstance(type)!;
        foreach (var (member, property) in Properties(of, type))
        {
            property.SetValue(value, FromJson(member.Type, property.PropertyType, json.GetProperty(member.Name)));
        }

        return value;
    }

    public static object FromJson(IdlType type, Type to, JsonElement json)
    {
        switch (type.Kind)
        {
            case IdlTypeKind.Bool:
                return json.GetBoolean();
            case IdlTypeKind.String:
                return json.GetString()!;
            case IdlTypeKind.Long:
                return long.Parse(json.GetString()!, CultureInfo.InvariantCulture);
            case IdlTypeKind.Float:
                return (float)Real(json);
            case IdlTypeKind.Double:
                return Real(json);
            case IdlTypeKind.Enum:
                return Enum.ToObject(to, json.GetInt32());
            case IdlTypeKind.Struct:
                return FromJson(type.Struct!, to, json);
            case IdlTypeKind.Vector when type.IsBytes:
                return Convert.FromHexString(json.GetString()!);
            case IdlTypeKind.Vector:
                var list = (IList)Activator.CreateInstance(to)!;
                foreach (var item in json.EnumerateArray())
                {
                    list.Add(FromJson(type.Element!, to.GenericTypeArguments[0], item));
                }

                return list;
            case IdlTypeKind.Map:
                var map = (IDictionary)Activator.CreateInstance(to)!;
                foreach (var pair in json.EnumerateArray())
                {
                    map.Add(FromJson(type.Key!, to.GenericTypeArguments[0], pair[0]), FromJson(type.Value!, to.GenericTypeArguments[1], pair[1]));
                }

                return map;
            default:
                return Convert.ChangeType(json.GetInt64(), to, CultureInfo.InvariantCulture);
        }
    }

    public static JsonNode ToJson(IdlStruct of, object value)
    {
        var json = new JsonObject();
        foreach (var (member, property) in Properties(of, value.GetType()))
        {
            json[member.Name] = ToJson(member.Type, property.GetValue(value)!);
        }

        return json;
    }

    public static JsonNode? ToJson(IdlType type, object value) => type.Kind switch
    {
        IdlTypeKind.Bool => JsonValue.Create((bool)value),
        IdlTypeKind.String => JsonValue.Create((string)value),
        IdlTypeKind.Long => JsonValue.Create(((long)value).ToString(CultureInfo.InvariantCulture)),
        IdlTypeKind.Float => Real((float)value),
        IdlTypeKind.Double => Real((double)value),
        IdlTypeKind.Enum => JsonValue.Create((int)value),
        IdlTypeKind.Struct => ToJson(type.Struct!, value),
        IdlTypeKind.Vector when type.IsBytes => JsonValue.Create(Convert.ToHexStringLower((byte[])value)),
        IdlTypeKind.Vector => new JsonArray([.. ((IList)value).Cast<object>().Select(i => ToJson(type.Element!, i))]),
        IdlTypeKind.Map => new JsonArray([.. Pairs((IDictionary)value).Select(e => (JsonNode)new JsonArray(ToJson(type.Key!, e.Key), ToJson(type.Value!, e.Value!)))]),
        _ => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };

    /// <summary>Equal as JSON, numbers by value.</summary>
    public static bool AreEqual(JsonElement expected, JsonNode? actual) => (expected.ValueKind, actual) switch
    {
        (JsonValueKind.Object, JsonObject o) => expected.EnumerateObject().Count() == o.Count && expected.EnumerateObject().All(p => o.ContainsKey(p.Name) && AreEqual(p.Value, o[p.Name])),
        (JsonValueKind.Array, JsonArray a) => expected.GetArrayLength() == a.Count && expected.EnumerateArray().Zip(a).All(static p => AreEqual(p.First, p.Second)),
        (JsonValueKind.Number, JsonValue v) => v.GetValueKind() == JsonValueKind.Number && double.Parse(expected.GetRawText(), CultureInfo.InvariantCulture)
            .Equals(double.Parse(v.ToJsonString(), CultureInfo.InvariantCulture)),
        (_, JsonValue v) => expected.GetRawText() == v.ToJsonString() || (expected.ValueKind == JsonValueKind.String && v.GetValueKind() == JsonValueKind.String && expected.GetString() == v.GetValue<string>()),
        _ => false,
    };

    private static IEnumerable<DictionaryEntry> Pairs(IDictionary map)
    {
        foreach (DictionaryEntry entry in map)
        {
            yield return entry;
        }
    }

    private static IEnumerable<(IdlMember Member, PropertyInfo Property)> Properties(IdlStruct of, Type type) => of.Members.Zip(
        CSharpNames.Distinct(of.Members.Select(static m => CSharpNames.Pascal(m.Name)), of.Name), (member, name) => (member, type.GetProperty(name.TrimStart('@'))!));

    private static double Real(JsonElement json) => json.ValueKind == JsonValueKind.Number ? json.GetDouble() : json.GetString() switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "-0" => -0.0,
        var text => throw new InvalidDataException(text),
    };

    private static JsonValue Real(double value) => value switch
    {
        double.NaN => JsonValue.Create("NaN"),
        double.PositiveInfinity => JsonValue.Create("Infinity"),
        double.NegativeInfinity => JsonValue.Create("-Infinity"),
        0 when double.IsNegative(value) => JsonValue.Create("-0"),
        _ => JsonValue.Create(value),
    };
}
