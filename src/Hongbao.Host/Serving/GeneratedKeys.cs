using System.Text.Json;
using Hongbao.Foundation.Chance;

namespace Hongbao.Host.Serving;

/// <summary>Keys of the embedded profile, made at the first start and kept in the data folder, readable by its owner alone.</summary>
/// <param name="TokenKey">Signs users' tokens (HS256), base64 of 32 bytes.</param>
/// <param name="CallbackKey">Signs finance's callbacks, base64 of 32 bytes.</param>
/// <param name="SubsidyKey">Seals tokens of subsidies, base64 of 32 bytes; null in a file of a release before campaigns.</param>
internal sealed record GeneratedKeys(string TokenKey, string CallbackKey, string? SubsidyKey)
{
    private const string FileName = "keys.json";

    /// <summary>Whether a folder has them.</summary>
    public static bool AreIn(string dataFolder) => File.Exists(Path.Combine(dataFolder, FileName));

    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Reads them, or makes them.</summary>
    /// <exception cref="StartRefusedException">The file is damaged.</exception>
    public static async Task<GeneratedKeys> LoadAsync(string dataFolder, IRandomSource chance, CancellationToken cancellationToken)
    {
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
        {
            return await WriteAsync(path, new GeneratedKeys(Make(chance), Make(chance), Make(chance)), cancellationToken);
        }

        try
        {
            var keys = JsonSerializer.Deserialize<GeneratedKeys>(await File.ReadAllBytesAsync(path, cancellationToken));
            if (keys is not null && IsKey(keys.TokenKey) && IsKey(keys.CallbackKey) && (keys.SubsidyKey is null || IsKey(keys.SubsidyKey)))
            {
                return keys.SubsidyKey is null ? await WriteAsync(path, keys with { SubsidyKey = Make(chance) }, cancellationToken) : keys;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new StartRefusedException($"The key file '{path}' is damaged. Put its backup back, or delete it: then tokens given out before no longer count.");
    }

    // Aside and renamed, so that a kill in between leaves no half of a file.
    private static async Task<GeneratedKeys> WriteAsync(string path, GeneratedKeys keys, CancellationToken cancellationToken)
    {
        var aside = path + ".new";
        File.Delete(aside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var stream = new FileStream(aside, options);
        await using (stream)
        {
            await JsonSerializer.SerializeAsync(stream, keys, cancellationToken: cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
        return keys;
    }

    private static string Make(IRandomSource chance)
    {
        var bytes = new byte[KeyBytes];
        chance.Fill(bytes);
        return Convert.ToBase64String(bytes);
    }

    private static bool IsKey(string? text)
    {
        var bytes = new byte[KeyBytes];
        return text is not null && Convert.TryFromBase64String(text, bytes, out var length) && length == KeyBytes;
    }
}
