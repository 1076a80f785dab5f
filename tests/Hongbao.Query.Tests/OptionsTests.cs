using System.ComponentModel.DataAnnotations;

namespace Hongbao.Query.Tests;

public sealed class OptionsTests
{
    [Theory]
    [InlineData(99, false)]
    [InlineData(100, true)]
    [InlineData(3_600_000, true)]
    [InlineData(3_600_001, false)]
    public void The_age_of_the_repair_is_checked_and_named(int repairAfterMs, bool isAccepted)
    {
        var faults = new List<ValidationResult>();
        var options = new QueryOptions { RepairAfterMs = repairAfterMs };

        Assert.Equal(isAccepted, Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true));
        Assert.All(faults, f => Assert.Contains("Query:RepairAfterMs", f.ErrorMessage, StringComparison.Ordinal));
        var untouched = new QueryOptions();
        Assert.True(Validator.TryValidateObject(untouched, new ValidationContext(untouched), null, validateAllProperties: true));
    }
}
