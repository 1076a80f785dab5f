using System.Collections.Concurrent;
using System.Globalization;

namespace Hongbao.Web.Tests;

/// <summary>One person's browser: a context of its own with one page, and an ear on everything that it complains about.</summary>
internal sealed class Phone
{
    private const string Ears = """
        window.shifted = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value; }).observe({ type: 'layout-shift', buffered: true });
        document.addEventListener('securitypolicyviolation', (event) => console.error('policy violated: ' + event.violatedDirective + ' ' + event.blockedURI));
        """;

    private readonly ConcurrentQueue<string> _complaints = [];
    private readonly ConcurrentDictionary<string, int> _unanswered = [];
    private readonly List<string> _expected = [];

    private Phone(IBrowserContext context, IPage page)
    {
        Context = context;
        Page = page;
    }

    public IBrowserContext Context { get; }

    public IPage Page { get; }

    public static async Task<Phone> OpenAsync(IBrowserContext context)
    {
        await context.AddInitScriptAsync(Ears);
        var phone = new Phone(context, await context.NewPageAsync());
        phone.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                phone._complaints.Enqueue(message.Text);
            }
        };
        phone.Page.Request += (_, request) => phone._unanswered[$"{request.Method} {request.Url}"] = 1;
        phone.Page.RequestFinished += (page, request) => phone._unanswered.TryRemove($"{request.Method} {request.Url}", out _);
        phone.Page.RequestFailed += (page, request) => phone._unanswered.TryRemove($"{request.Method} {request.Url}", out _);
        phone.Page.PageError += (_, error) => phone._complaints.Enqueue("uncaught: " + error);
        return phone;
    }

    /// <summary>Chromium itself writes a line for each answer that is not a success; the test says which it wants to see.</summary>
    public void Expects(params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            _expected.Add(string.Create(CultureInfo.InvariantCulture, $"the server responded with a status of {status} "));
        }
    }

    public void Expects(string complaint) => _expected.Add(complaint);

    public bool HasHeard(string complaint) => _complaints.Any(c => c.Contains(complaint, StringComparison.Ordinal));

    public void ExpectsToBeOffline() => _expected.Add("net::ERR_INTERNET_DISCONNECTED");

    public void ExpectsLostAnswers() => _expected.Add("net::ERR_FAILED");

    public void IsContent() => Assert.DoesNotContain(_complaints, c => !_expected.Exists(e => c.Contains(e, StringComparison.Ordinal)));

    /// <summary>Where it is, what can be read there and what it waits for: for whoever looks why a test failed.</summary>
    public async Task<string> WhereAsync()
    {
        try
        {
            return $"{Page.Url}\n{await Page.Locator("body").InnerTextAsync(new() { Timeout = 2000 })}\nunanswered: {string.Join(", ", _unanswered.Keys)}\ncomplaints: {string.Join("; ", _complaints)}";
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            return $"{Page.Url}: {e.Message}";
        }
    }

    public ILocator Get(string testId) => Page.GetByTestId(testId);

    /// <summary>Opens the page as a host application does, for a user of the test's own app.</summary>
    public Task SignInAsync(string token, string to = "/feed") => Page.GotoAsync($"/#token={token}&to={to}");

    /// <summary>Goes to a page by its address, as with a link.</summary>
    public Task GoAsync(string hash) => Page.EvaluateAsync("(hash) => { location.hash = hash; }", hash);

    public async Task<double> ShiftedAsync() => await Page.EvaluateAsync<double>("() => window.shifted");

    public async Task<string> FocusedAsync() => await Page.EvaluateAsync<string>(
        "() => { const at = document.activeElement; return at?.dataset.testid || at?.getAttribute('aria-label') || at?.textContent?.trim() || at?.tagName || ''; }");
}
