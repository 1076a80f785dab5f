using System.Text.Json;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Http.Loading;
using Npgsql;

namespace Hongbao.Bench.Http;

/// <summary>What a user would write into a settings file for PostgreSQL and his own tokens; everything else is default.</summary>
internal static class ServeSettings
{
    /// <summary>Writes it.</summary>
    /// <param name="servers">The throw-away servers.</param>
    /// <param name="name">Of the database, and of the folder.</param>
    /// <param name="tokenKey">Signs users' tokens, Base64.</param>
    public static (string File, string Database) Write(BenchServers servers, string name, string tokenKey)
    {
        var folder = Directory.CreateDirectory(Path.Combine(servers.WorkFolder, name)).FullName;
        var page = Directory.CreateDirectory(Path.Combine(folder, "web")).FullName;
        File.WriteAllText(Path.Combine(page, "index.html"), "<!doctype html><title>Hongbao</title>");
        var database = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = name }.ToString();
        var file = Path.Combine(folder, "settings.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            Urls = "http://127.0.0.1:0",
            Store = new { Kind = "postgres", Postgres = database, DataFolder = Path.Combine(folder, "data") },
            Gateway = new { WebRoot = page, Keys = new[] { new { Kid = Requests.KeyId, Algorithm = "HS256", Key = tokenKey } } },
        }));
        return (file, database);
    }
}
