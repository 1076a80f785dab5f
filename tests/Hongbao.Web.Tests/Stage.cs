using System.Globalization;

namespace Hongbao.Web.Tests;

/// <summary>What all tests share: the real server and one real browser. Each test has an app (tenant) of its own on that server.</summary>
public sealed class Stage : IAsyncLifetime
{
    // Debian's own; the package's driver starts it but brings no browser.
    private const string Chromium = "/usr/bin/chromium";
    private const float PatienceMs = 20_000;
    private static int _apps;
    private IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    internal ServerProcess Server { get; private set; } = null!;

    internal Client Client { get; private set; } = null!;

    public static string NewApp() => "web-" + Interlocked.Increment(ref _apps).ToString(CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Chromium), $"{Chromium} is missing. Install Debian's package chromium, or run ./test, which does.");
        SetDefaultExpectTimeout(PatienceMs);
        Server = await ServerProcess.StartAsync();
        Client = new Client(Server.Url);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.CloseAsync();
        }

        _playwright?.Dispose();
        Client?.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    internal async Task<Phone> NewPhoneAsync(string locale, bool isStill)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Server.Url,
            ViewportSize = new ViewportSize { Width = 360, Height = 780 },
            Locale = locale,
            ReducedMotion = isStill ? ReducedMotion.Reduce : ReducedMotion.NoPreference,
        });
        context.SetDefaultTimeout(PatienceMs);
        return await Phone.OpenAsync(context);
    }
}
