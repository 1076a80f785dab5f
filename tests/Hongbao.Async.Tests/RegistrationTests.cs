using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hongbao.Async.Tests;

/// <summary>Async as a host adds it.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData("CheckMs", "9")]
    [InlineData("CheckMs", "60001")]
    [InlineData("CheckMsMax", "9")]
    [InlineData("CheckMsMax", "1999")]
    [InlineData("CheckMsMax", "3600001")]
    [InlineData("FinanceTimeoutMs", "99")]
    [InlineData("FinanceTimeoutMs", "60001")]
    [InlineData("CampaignTimeoutMs", "99")]
    [InlineData("CampaignTimeoutMs", "60001")]
    [InlineData("PullAfterMs", "99")]
    [InlineData("PullAfterMs", "3600001")]
    [InlineData("DeadlineSeconds", "0")]
    [InlineData("DeadlineSeconds", "86401")]
    public void A_setting_out_of_its_range_is_refused_by_name(string name, string value)
    {
        using var services = Services((name, value));

        var fault = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<AsyncOptions>>().Value);

        Assert.Contains(fault.Failures, f => f.Contains($"Async:{name}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_defaults_are_valid()
    {
        using var services = Services();

        Assert.Equal(2000, services.GetRequiredService<IOptions<AsyncOptions>>().Value.CheckMs);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Async:{s.Name}", (string?)s.Value))).Build());
        services.AddAsync();
        return services.BuildServiceProvider();
    }
}
