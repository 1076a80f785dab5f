using Hongbao.Async;
using Hongbao.Campaign;
using Hongbao.Core;
using Hongbao.Finance;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Outside;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Gateway;
using Hongbao.Query;

namespace Hongbao.Host.Serving;

/// <summary>Where settings come from, and the check that each is known and can be read.</summary>
internal static class PlatformSettings
{
    private const string EnvironmentPrefix = "HONGBAO_";

    private static readonly (string Section, Func<object> Create)[] Sections =
    [
        (StoreOptions.Section, static () => new StoreOptions()),
        (CoreOptions.Section, static () => new CoreOptions()),
        (AsyncOptions.Section, static () => new AsyncOptions()),
        (QueryOptions.Section, static () => new QueryOptions()),
        (CampaignOptions.Section, static () => new CampaignOptions()),
        (SubsidyOptions.Section, static () => new SubsidyOptions()),
        (MessagingOptions.Section, static () => new MessagingOptions()),
        (FinanceOptions.Section, static () => new FinanceOptions()),
        ("Gateway", static () => new GatewayOptions()),
        ("Dev", static () => new DevOptions()),
        (OutsideOptions.Section, static () => new OutsideOptions()),
        (AlertOptions.Section, static () => new AlertOptions()),
        (RpcOptions.Section, static () => new RpcOptions()),
    ];

    private static readonly string[] Singles = [nameof(PlatformOptions.Urls), nameof(PlatformOptions.Roles), nameof(PlatformOptions.BusinessTimeZone)];

    /// <summary>Replaces a host's sources by ours, weakest first: what we ship, the file, the environment, the command line.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read.</exception>
    public static void Load(ConfigurationManager configuration, ServeArguments arguments)
    {
        ((IConfigurationBuilder)configuration).Sources.Clear();
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Gateway:WebRoot"] = Path.Combine(AppContext.BaseDirectory, "web") });
        if (arguments.SettingsFile is { } file)
        {
            try
            {
                configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                var cause = e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.GetBaseException().Message.TrimEnd('.');
                throw new StartRefusedException($"The settings file '{file}' cannot be read: {cause}.", e);
            }
        }

        configuration.AddEnvironmentVariables(EnvironmentPrefix);
        configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Store:DataFolder"] = arguments.DataFolder,
            ["Store:Kind"] = arguments.Store,
            ["Urls"] = arguments.Urls,
            ["Roles"] = arguments.Roles,
        }.Where(static s => s.Value is not null));
    }

    /// <summary>A setting that cannot be read.</summary>
    /// <param name="Path">Its name, or that of the part that it stands in.</param>
    /// <param name="Text">What is wrong, for people.</param>
    public readonly record struct Fault(string Path, string Text);

    /// <summary>Names that nobody reads and values of a wrong type.</summary>
    public static IEnumerable<Fault> Faults(IConfiguration configuration)
    {
        foreach (var (section, create) in Sections)
        {
            foreach (var fault in BindingFaults(configuration.GetSection(section), create))
            {
                yield return fault;
            }
        }

        var known = Sections.Select(static s => s.Section).Concat(Singles).Append("Logging");
        // Plain variables such as HONGBAO_FAILPOINTS are other people's; what has a section, or comes from a file, is meant for us.
        foreach (var stranger in configuration.GetChildren().Where(c => !known.Contains(c.Key, StringComparer.OrdinalIgnoreCase) && (c.Value is null || !IsFromEnvironment(configuration, c.Key))))
        {
            yield return new(
                stranger.Key, $"{stranger.Key} is not a setting. Sections: {string.Join(", ", Sections.Select(static s => s.Section))}; single settings: {string.Join(", ", Singles)}.");
        }
    }

    /// <summary>The settings that can be read, so that the others do not keep their own faults from being found.</summary>
    public static IConfiguration Without(IConfiguration configuration, IReadOnlyCollection<Fault> unreadable) => new ConfigurationBuilder()
        .AddInMemoryCollection(configuration.AsEnumerable().Where(s => s.Value is not null && !unreadable.Any(f =>
            s.Key.Equals(f.Path, StringComparison.OrdinalIgnoreCase) || s.Key.StartsWith(f.Path + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase))))
        .Build();

    private static bool IsFromEnvironment(IConfiguration configuration, string key) =>
        ((IConfigurationRoot)configuration).Providers.Any(p => p is Microsoft.Extensions.Configuration.EnvironmentVariables.EnvironmentVariablesConfigurationProvider && p.TryGet(key, out _));

    private static IEnumerable<Fault> BindingFaults(IConfigurationSection section, Func<object> create)
    {
        // Binding stops at its first fault: children are bound one by one, so that all are found.
        foreach (var child in section.GetChildren())
        {
            var alone = new ConfigurationBuilder().AddInMemoryCollection(child.AsEnumerable()).Build();
            string? fault = null;
            try
            {
                alone.GetSection(section.Key).Bind(create(), static o => o.ErrorOnUnknownConfiguration = true);
            }
            catch (InvalidOperationException e)
            {
                // An unknown name is told in the outer message, an unreadable value in the inner one without quoting what may be a secret.
                fault = e.InnerException is null
                    ? $"{child.Path} is not a setting."
                    : $"{child.Path} cannot be read: {(child.Value is null ? "it has parts of a wrong type" : "its value is of a wrong type")}.";
            }

            if (fault is not null)
            {
                yield return new(child.Path, fault);
            }
        }
    }
}
