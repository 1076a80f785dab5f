namespace Hongbao.Foundation.Outside;

/// <summary>Checks of addresses and keys in settings. Messages never repeat a key or an address: both may be secret.</summary>
internal static class OutboundSettings
{
    private const int KeyBytesMin = 32;

    public static void CheckUrl(string setting, string url, List<string> faults)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
        {
            faults.Add($"{setting} must be an absolute https or http address.");
        }
        else if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            faults.Add($"{setting} must have neither a user name nor a fragment.");
        }
    }

    public static void CheckKey(string setting, string key, List<string> faults)
    {
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length) || length < KeyBytesMin)
        {
            faults.Add($"{setting} must be base64 of at least {KeyBytesMin} bytes. Make one with: openssl rand -base64 32");
        }
    }
}
