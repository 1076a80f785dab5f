using System.Text.Json;
using System.Text.RegularExpressions;
using Hongbao.Host.Draws;
using Hongbao.Host.Tests.Draws;

namespace Hongbao.Host.Tests.Demo;

/// <summary>The second rule of who may win, which audits and checks go by, against the vectors of docs/rain.md.</summary>
public sealed class RainRuleTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private sealed record PrizeVector(long Amount, long Quantity, long ChancePpb);

    private sealed record UserVector(string Uid, int Prize);

    private sealed record RainVector(string CampaignId, int Round, string Secret, long PassPpb, List<PrizeVector> Prizes, string SecretHash, List<UserVector> Users);

    [Fact]
    public void The_second_rule_aims_as_the_page_says()
    {
        var page = File.ReadAllText(Path.Combine(DrawDocument.Root, "docs", "rain.md"));
        var vectors = JsonSerializer.Deserialize<List<RainVector>>(
            Regex.Match(page, "^```json rain-vectors\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value, Json)!;

        Assert.True(vectors.Count >= 5);
        foreach (var vector in vectors)
        {
            var prizes = vector.Prizes.ConvertAll(p => new PrizeTerms(p.Amount, p.Quantity, p.ChancePpb));
            var rule = new RainRule(prizes, vector.PassPpb, long.Parse(vector.CampaignId, null));

            Assert.Equal(vector.SecretHash, rule.Commitment(vector.Round, vector.Secret));
            Assert.All(vector.Users, u =>
                Assert.Equal(u.Prize == 0 ? null : prizes[u.Prize - 1], rule.At(vector.Round, vector.Secret, long.Parse(u.Uid, null))));
        }
    }
}
