namespace Hongbao.Web.Tests;

/// <summary>A test with phones. At its end no phone may have complained about anything that the test did not announce.</summary>
public abstract class PageTests(Stage stage) : IAsyncLifetime
{
    private readonly List<Phone> _phones = [];

    protected string App { get; } = Stage.NewApp();

    private protected Client Api => stage.Client;

    private protected ServerProcess Server => stage.Server;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var phone in _phones)
        {
            if (TestContext.Current.TestState?.Result == TestResult.Failed)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(await phone.WhereAsync());
            }

            await phone.Context.CloseAsync();
        }

        foreach (var phone in _phones)
        {
            phone.IsContent();
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task<Phone> PhoneAsync(string locale = "zh-CN", bool isStill = true)
    {
        var phone = await stage.NewPhoneAsync(locale, isStill);
        _phones.Add(phone);
        return phone;
    }

    /// <summary>A phone whose user was signed in by a host application.</summary>
    private protected async Task<Phone> PhoneOfAsync(long uid, string to = "/feed", string locale = "zh-CN", bool isStill = true)
    {
        var phone = await PhoneAsync(locale, isStill);
        await phone.SignInAsync(await Api.TokenAsync(uid, App), to);
        return phone;
    }

    /// <summary>Notes the requests that a phone sends from now on.</summary>
    private protected static IReadOnlyCollection<string> Count(Phone phone, string method, string ending)
    {
        var asked = new System.Collections.Concurrent.ConcurrentQueue<string>();
        phone.Page.Request += (_, request) =>
        {
            if (request.Method == method && new Uri(request.Url).AbsolutePath.EndsWith(ending, StringComparison.Ordinal))
            {
                asked.Enqueue(request.PostData ?? "");
            }
        };
        return asked;
    }
}
