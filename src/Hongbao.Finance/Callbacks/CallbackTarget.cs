namespace Hongbao.Finance.Callbacks;

/// <summary>
/// Where callbacks go when <see cref="FinanceOptions.CallbackUrl"/> is empty: the host sets it once it knows its own
/// listening address. Callbacks wait until then. Thread safe.
/// </summary>
public sealed class CallbackTarget
{
    private volatile Uri? _url;

    /// <summary>An absolute http or https address; null while it is not known.</summary>
    /// <exception cref="ArgumentException">The address is of another kind.</exception>
    public Uri? Url
    {
        get => _url;
        set
        {
            if (value is not null && !IsAcceptable(value))
            {
                throw new ArgumentException("callbacks go to an absolute http or https address", nameof(value));
            }

            _url = value;
        }
    }

    internal static bool IsAcceptable(Uri url) => url.IsAbsoluteUri && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);
}
