using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Gateway.Json;

/// <summary>How enums are written: states in upper snake case (<c>PENDING_PAYMENT</c>).</summary>
internal sealed class UpperSnakeConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>How enums are written: kinds in lower case (<c>c2c</c>, <c>random</c>).</summary>
internal sealed class LowerConverter<T>() : JsonStringEnumConverter<T>(Lower.Policy, allowIntegerValues: false)
    where T : struct, Enum;

internal sealed class Lower : JsonNamingPolicy
{
    public static readonly Lower Policy = new();

    public override string ConvertName(string name) => name.ToLowerInvariant();
}

/// <summary>Reads enums of requests: exactly the names that we write, nothing that merely resembles them.</summary>
internal sealed class EnumNames<T>
    where T : struct, Enum
{
    private readonly Dictionary<string, T> _byName =
        Enum.GetValues<T>().ToDictionary(v => Lower.Policy.ConvertName(v.ToString()), StringComparer.Ordinal);

    public static EnumNames<T> Lowercase { get; } = new();

    public string Accepted => "must be one of " + string.Join(", ", _byName.Keys);

    public bool TryParse(string name, out T value) => _byName.TryGetValue(name, out value);
}
