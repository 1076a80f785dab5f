using System.Text.Json;
using System.Text.RegularExpressions;
using Hongbao.Contracts;

namespace Hongbao.Host.Tests.Draws;

/// <summary>A draw worked out in docs/draw.md.</summary>
public sealed record DrawVector(string PacketNo, string Seed, string Split, long Amount, int Count, long Cap, string SeedHash, long[] Shares)
{
    public SplitKind Kind => Enum.Parse<SplitKind>(Split, ignoreCase: true);
}

/// <summary>One number drawn in docs/draw.md.</summary>
public sealed record UniformVector(string PacketNo, string Seed, int N, string Lo, string Hi, int Retries, string Value);

/// <summary>The vectors as the page has them, so that the page cannot be wrong unnoticed.</summary>
internal static partial class DrawDocument
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static string Root { get; } = FindRoot();

    public static string Text { get; } = File.ReadAllText(Path.Combine(Root, "docs", "draw.md"));

    public static IReadOnlyList<DrawVector> Vectors { get; } = Block<DrawVector>("draw-vectors");

    public static IReadOnlyList<UniformVector> Uniforms { get; } = Block<UniformVector>("uniform-vectors");

    private static List<T> Block<T>(string name) =>
        JsonSerializer.Deserialize<List<T>>(Regex.Match(Text, $"^```json {name}\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value, Json)!;

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hongbao.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("these tests need the repository around them: no Hongbao.slnx above");
    }
}
