using System.Text.Json;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Bytes that real peers made.</summary>
internal static class Vectors
{
    private static readonly JsonElement[] s_all = Load();

    public static IEnumerable<JsonElement> Of(string kind) => s_all.Where(v => v.GetProperty("kind").GetString() == kind);

    public static JsonElement Named(string name) => s_all.Single(v => v.GetProperty("name").GetString() == name);

    public static byte[] Bytes(this JsonElement vector) => Convert.FromHexString(vector.GetProperty("hex").GetString()!);

    public static TheoryData<string> Names(string kind) => [.. Of(kind).Select(v => v.GetProperty("name").GetString()!)];

    private static JsonElement[] Load()
    {
        using var stream = typeof(Vectors).Assembly.GetManifestResourceStream("tars.json")!;
        using var document = JsonDocument.Parse(stream);
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray().Select(v => v.Clone())];
    }
}
