using System.Text.Json;

namespace Hongbao.Jce.Idl.Tests;

/// <summary>A text with the verdict of the real compilers.</summary>
public sealed record VerdictCase(string Name, string Text, IReadOnlyDictionary<string, string> Files, bool IsOk, int? ErrorLine);

/// <summary>The texts of tests/vectors, and ways to compile.</summary>
internal static class Corpus
{
    /// <summary>As lax as the real compilers.</summary>
    public static readonly IdlOptions Lax = new() { Strict = false, AllowReservedPrefix = true };

    public static readonly IdlOptions Strict = new() { AllowReservedPrefix = true };

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "vectors");

    /// <summary>The cases of idl-cases.json.</summary>
    public static IReadOnlyList<VerdictCase> Cases { get; } = ReadCases();

    /// <summary>The distinct texts of tars.json, all of which real compilers accept.</summary>
    public static IReadOnlyList<string> VectorTexts { get; } = ReadVectorTexts();

    /// <summary>A long text with everything that the language has.</summary>
    public static string Everything { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "everything.jce"));

    /// <summary>All that is right, as files.</summary>
    public static IEnumerable<VerdictCase> Good => Cases.Where(c => c.IsOk)
        .Concat(VectorTexts.Append(Everything).Select((t, i) => new VerdictCase($"text {i}", t, new Dictionary<string, string>(), true, null)));

    public static IdlContract Compile(VerdictCase item, IdlOptions options) =>
        IdlCompilation.Compile([new("x.tars", item.Text)], options, p => item.Files.TryGetValue(p, out var text) ? new(p, text) : null);

    public static IdlContract Compile(string text, IdlOptions? options = null) =>
        IdlCompilation.Compile([new("x.jce", text)], options ?? new(), _ => null);

    /// <summary>Compiles what must be right.</summary>
    public static IdlContract CompileGood(string text, IdlOptions? options = null)
    {
        var contract = Compile(text, options);
        Assert.Empty(contract.Diagnostics);
        return contract;
    }

    private static List<VerdictCase> ReadCases()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "idl-cases.json")));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(c => new VerdictCase(
            c.GetProperty("name").GetString()!,
            c.GetProperty("idl").GetString()!,
            c.TryGetProperty("files", out var files) ? files.EnumerateObject().ToDictionary(f => f.Name, f => f.Value.GetString()!) : [],
            c.GetProperty("tars2cpp").GetString() == "ok",
            c.TryGetProperty("message", out var message) ? int.Parse(message.GetString()!.Split(':')[1]) : null))];
    }

    private static List<string> ReadVectorTexts()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "tars.json")));
        return [.. document.RootElement.GetProperty("vectors").EnumerateArray()
            .SelectMany(v => new[] { "idl", "encodedWithIdl" }.Where(p => v.TryGetProperty(p, out _)).Select(p => v.GetProperty(p).GetString()!))
            .Distinct()];
    }
}
