using System.Globalization;
using System.Text.Json;
using Hongbao.Campaign;

namespace Hongbao.Bench.Rain.Kills;

/// <summary>What a process that draws is to do; one line of JSON on its standard input.</summary>
internal sealed record DrawSettings(string ConnectionString, string SubsidyKey, long CampaignId, int LeaseSeconds);

/// <summary>
/// <c>Hongbao.Bench draws</c>: a campaign's process whose users draw in it. It takes sections of users from its standard input and says each win as soon as it is answered, and when a section is. It
/// ends orderly with its standard input, unless it is killed before.
/// </summary>
internal static class DrawRole
{
    public const string Name = "draws";
    public const string Ready = "ready";

    public static async Task<int> RunAsync()
    {
        var settings = JsonSerializer.Deserialize<DrawSettings>(await Console.In.ReadLineAsync() ?? throw new InvalidOperationException("settings are missing"))!;
        await using var side = await CampaignSide.StartAsync(settings.ConnectionString, settings.SubsidyKey, new CampaignOptions { LeaseSeconds = settings.LeaseSeconds, RefreshMs = 100 });
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var gate = new Lock();
        void Say(string line)
        {
            lock (gate)
            {
                output.WriteLine(line);
            }
        }

        Say(Ready);
        var running = new List<Task>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            running.RemoveAll(static t => t.IsCompletedSuccessfully);
            running.Add(DrawAsync(side, settings.CampaignId, DrawLines.ReadSection(line), Say));
        }

        await Task.WhenAll(running);
        return 0;
    }

    private static async Task DrawAsync(CampaignSide side, long campaignId, Section section, Action<string> say)
    {
        await Task.Yield();
        try
        {
            await Crowd.DrawAsync(side.Campaigns, campaignId, section.First, section.Count, (uid, amount) => say(DrawLines.Won(uid, amount)));
            say(DrawLines.Done(section));
        }
        catch (Exception e)
        {
            say(DrawLines.Failed(e.Message));
        }
    }
}

/// <summary>Lines between a process that draws and the one that kills it. Each ends with a dot: one that was cut by the kill is none.</summary>
internal static class DrawLines
{
    public static string Ask(Section section) => string.Create(CultureInfo.InvariantCulture, $"{section.First} {section.Count}");

    public static Section ReadSection(string line)
    {
        var parts = line.Split(' ');
        return new Section(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    public static string Won(long uid, long amount) => string.Create(CultureInfo.InvariantCulture, $"won {uid} {amount} .");

    public static string Done(Section section) => string.Create(CultureInfo.InvariantCulture, $"done {section.First} {section.Count} .");

    public static string Failed(string why) => $"failed {why.ReplaceLineEndings(" ")} .";

    /// <summary>True for a win's line.</summary>
    public static bool IsWon(string line, out long uid, out long amount)
    {
        (uid, amount) = (0, 0);
        return line.Split(' ') is ["won", var user, var won, "."]
            && long.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out uid) && long.TryParse(won, NumberStyles.None, CultureInfo.InvariantCulture, out amount);
    }

    /// <summary>True for the line of a section that was answered.</summary>
    public static bool IsDone(string line, out Section section)
    {
        section = default;
        if (line.Split(' ') is not ["done", var first, var count, "."])
        {
            return false;
        }

        section = new Section(int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        return true;
    }
}
