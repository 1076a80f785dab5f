using System.Text.Json;
using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Tests.Vectors;

/// <summary>One line of tests/vectors/tars.json.</summary>
public sealed record Vector(string Name, string Kind, JsonElement Json)
{
    private static readonly Lazy<IReadOnlyList<Vector>> s_all = new(Load);

    public static IReadOnlyList<Vector> All => s_all.Value;

    public string Idl => Json.GetProperty("idl").GetString()!;

    public string Struct => Json.GetProperty("struct").GetString()!;

    public JsonElement Value => Json.GetProperty("value");

    public byte[] Hex => Bytes("hex")!;

    public byte[]? Bytes(string property) => Json.TryGetProperty(property, out var hex) ? Convert.FromHexString(hex.GetString()!) : null;

    public static TheoryData<string> Names(string kind) => new(All.Where(v => v.Kind == kind).Select(static v => v.Name));

    public static Vector Find(string kind, string name) => All.Single(v => v.Kind == kind && v.Name == name);

    /// <summary>Every encoding in the file that belongs to a struct.</summary>
    public static IEnumerable<(Vector Vector, byte[] Bytes)> Encodings() =>
        from vector in All
        where vector.Kind is "roundtrip" or "decode" or "error"
        from property in new[] { "hex", "hexCpp", "hexCppAll" }
        let bytes = vector.Bytes(property)
        where bytes is not null
        select (vector, bytes);

    private static IReadOnlyList<Vector> Load()
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", "tars.json"));
        var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray()
            .Select(static v => new Vector(v.GetProperty("name").GetString()!, v.GetProperty("kind").GetString()!, v))];
    }
}
