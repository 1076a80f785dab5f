using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hongbao.Foundation.Stores;

/// <summary>One forward step of a module's schema.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Name">From the file name.</param>
/// <param name="Text">
/// SQL for both dialects. A line that starts with <c>--sqlite:</c> or <c>--postgres:</c> counts only there.
/// A line of three dashes separates statements.
/// </param>
public sealed record Migration(int Number, string Name, string Text)
{
    /// <summary>The statements for one dialect, in order.</summary>
    public IEnumerable<string> StatementsFor(SqlDialect dialect)
    {
        var mine = dialect == SqlDialect.Sqlite ? "--sqlite:" : "--postgres:";
        var other = dialect == SqlDialect.Sqlite ? "--postgres:" : "--sqlite:";
        var statement = new StringBuilder();
        foreach (var raw in Text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            var trimmed = line.TrimStart();
            if (trimmed == "---")
            {
                if (!string.IsNullOrWhiteSpace(statement.ToString()))
                {
                    yield return statement.ToString();
                }

                statement.Clear();
                continue;
            }

            if (trimmed.StartsWith(other, StringComparison.Ordinal))
            {
                continue;
            }

            if (trimmed.StartsWith(mine, StringComparison.Ordinal))
            {
                statement.Append(trimmed.AsSpan(mine.Length)).Append('\n');
            }
            else if (!trimmed.StartsWith("--", StringComparison.Ordinal))
            {
                statement.Append(line).Append('\n');
            }
        }

        if (!string.IsNullOrWhiteSpace(statement.ToString()))
        {
            yield return statement.ToString();
        }
    }

    /// <summary>Hex SHA-256 of the text: a migration that has run must not be edited.</summary>
    public string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\n"))));
}

/// <summary>A module's migrations in order.</summary>
public sealed partial class MigrationSet
{
    private const string Foundation = "--foundation:";

    // In the order of their writing.
    private static readonly string[] LaterNames = ["binary_messages", "passed_handlers"];

    private MigrationSet(IReadOnlyList<Migration> items) => Items = items;

    /// <summary>In order of number, from 1, without gaps.</summary>
    public IReadOnlyList<Migration> Items { get; }

    /// <summary>From texts, for tests and for Foundation's own tables.</summary>
    public static MigrationSet Of(params Migration[] items) => Checked(items);

    /// <summary>
    /// Reads the files <c>Migrations/NNNN_name.sql</c> embedded in a module's assembly. Number 1 of every module is
    /// Foundation's own (outbox, inbox, number leases); the module's start at 2. A file that is nothing but <c>--foundation: name</c> is a
    /// later change of Foundation's tables, <c>LaterMigrations/name.sql</c>; Foundation alone has them all.
    /// </summary>
    public static MigrationSet FromAssembly(Assembly assembly)
    {
        var items = new List<Migration>();
        foreach (var source in new[] { typeof(MigrationSet).Assembly, assembly }.Distinct())
        {
            foreach (var resource in source.GetManifestResourceNames().Order(StringComparer.Ordinal))
            {
                var match = FileName().Match(resource);
                if (!match.Success)
                {
                    continue;
                }

                var text = Read(source, resource);
                text = text.StartsWith(Foundation, StringComparison.Ordinal) ? Later(text[Foundation.Length..].Trim()) : text;
                items.Add(new Migration(int.Parse(match.Groups[1].ValueSpan, provider: null), match.Groups[2].Value, text));
            }
        }

        if (assembly == typeof(MigrationSet).Assembly)
        {
            foreach (var name in LaterNames)
            {
                items.Add(new Migration(items.Count + 1, name, Later(name)));
            }
        }

        return Checked(items);
    }

    private static string Later(string name) => Read(typeof(MigrationSet).Assembly, $"{typeof(MigrationSet).Assembly.GetName().Name}.LaterMigrations.{name}.sql");

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"there is no {resource}"), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static MigrationSet Checked(IReadOnlyList<Migration> items)
    {
        var ordered = items.OrderBy(m => m.Number).ToArray();
        ArgumentOutOfRangeException.ThrowIfZero(ordered.Length, nameof(items));
        for (var i = 0; i < ordered.Length; i++)
        {
            if (ordered[i].Number != i + 1)
            {
                throw new InvalidOperationException($"migrations are not numbered without gaps at {ordered[i].Number} {ordered[i].Name}");
            }
        }

        return new MigrationSet(ordered);
    }

    [GeneratedRegex(@"\.Migrations\.(\d{4})_(\w+)\.sql$")]
    private static partial Regex FileName();
}

/// <summary>Runs migrations inside a write session; shared by both stores.</summary>
internal static class MigrationRunner
{
    internal sealed class Applied
    {
        public int Number { get; init; }
        public string Name { get; init; } = "";
        public string Checksum { get; init; } = "";
    }

    public static async Task RunAsync(StoreSession session, string module, MigrationSet set, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            "create table if not exists schema_version (number int primary key, name text not null, checksum text not null, applied_at bigint not null)",
            null, cancellationToken).ConfigureAwait(false);
        var applied = (await session.QueryAsync<Applied>("select number, name, checksum from schema_version", null, cancellationToken).ConfigureAwait(false))
            .ToDictionary(a => a.Number);
        var newest = set.Items[^1].Number;
        var ahead = applied.Values.Where(a => a.Number > newest).MaxBy(a => a.Number);
        if (ahead is not null)
        {
            throw new StoreException(StoreFault.SchemaTooNew,
                $"The data of module '{module}' was written by a newer release (schema {ahead.Number} '{ahead.Name}', this release knows {newest}). "
                + "Run that release, or point --data at another folder.");
        }

        foreach (var migration in set.Items)
        {
            if (applied.TryGetValue(migration.Number, out var before))
            {
                if (before.Checksum != migration.Checksum)
                {
                    throw new StoreException(StoreFault.Other,
                        $"Migration {migration.Number} '{migration.Name}' of module '{module}' was changed after it had run.");
                }

                continue;
            }

            foreach (var statement in migration.StatementsFor(session.Dialect))
            {
                await session.ExecuteAsync(statement, null, cancellationToken).ConfigureAwait(false);
            }

            await session.ExecuteAsync(
                "insert into schema_version (number, name, checksum, applied_at) values (@Number, @Name, @Checksum, now_ms())",
                new { migration.Number, migration.Name, migration.Checksum }, cancellationToken).ConfigureAwait(false);
        }
    }
}
