namespace Hongbao.Client.Calling;

/// <summary>Where a service is.</summary>
internal static class ServiceAddress
{
    /// <summary>As a folder, so that paths can follow it.</summary>
    /// <exception cref="ArgumentException">It is not an absolute http or https address.</exception>
    public static Uri Of(Uri service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return service is { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "" }
            ? service.AbsolutePath.EndsWith('/') ? service : new Uri(service + "/")
            : throw new ArgumentException($"'{service}' is not an address of a service: it looks like https://packets.example.com/.", nameof(service));
    }
}
