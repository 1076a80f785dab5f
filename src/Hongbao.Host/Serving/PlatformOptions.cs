namespace Hongbao.Host.Serving;

/// <summary>Settings of the process itself, outside of any section.</summary>
internal sealed class PlatformOptions
{
    /// <summary>Where nothing is said: this machine only.</summary>
    public const string DefaultUrls = "http://127.0.0.1:8080";

    /// <summary>Addresses to listen on, separated by ';'. Setting <c>Urls</c>.</summary>
    public string Urls { get; set; } = DefaultUrls;

    /// <summary>IANA name of the zone whose years and days count. Setting <c>BusinessTimeZone</c>. Default Asia/Shanghai.</summary>
    public string BusinessTimeZone { get; set; } = "Asia/Shanghai";

    /// <summary>What this process runs, names with commas: gateway, core, query, async, finance, campaign. Setting <c>Roles</c>. Default: all.</summary>
    public string Roles { get; set; } = RoleNames.Everything;

    /// <summary>The roles.</summary>
    public Roles RoleSet
    {
        get
        {
            RoleNames.Read(Roles, out var roles);
            return roles;
        }
    }

    /// <summary>The addresses one by one.</summary>
    public IReadOnlyList<string> UrlList => Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What cannot work, for people.</summary>
    public IEnumerable<string> Faults()
    {
        if (UrlList.Count == 0)
        {
            yield return "Urls must name at least one address, such as http://127.0.0.1:8080.";
        }

        foreach (var url in UrlList)
        {
            // Wildcards of Kestrel are not URIs.
            var plain = url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var parsed) || parsed.Scheme != Uri.UriSchemeHttp || parsed.PathAndQuery != "/")
            {
                yield return $"Urls has '{url}': an address is http://HOST:PORT without a path. For https put a TLS proxy before it.";
            }
        }

        var unknown = RoleNames.Read(Roles, out var roles);
        foreach (var name in unknown)
        {
            yield return $"Roles has '{name}', which is none: {RoleNames.Of(Serving.Roles.All)}, or all.";
        }

        if (roles == Serving.Roles.None && unknown.Count == 0)
        {
            yield return $"Roles is given and names none (--roles \"$ROLE\" without the variable?): {RoleNames.Of(Serving.Roles.All)}, or all.";
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(BusinessTimeZone, out _))
        {
            yield return $"BusinessTimeZone '{BusinessTimeZone}' is not known here: use an IANA name such as Asia/Shanghai or UTC; the package tzdata must be installed.";
        }
    }
}
