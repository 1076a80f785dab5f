using System.Text;
using System.Text.Json.Nodes;
using Hongbao.Sdk.Generator;

namespace Hongbao.Client.Tests;

/// <summary>The generator guesses nothing, and nothing that a contract says becomes code.</summary>
public sealed class GeneratorTests
{
    private static readonly byte[] Document = File.ReadAllBytes(Path.Combine(GeneratedTests.FindRoot(), SdkFiles.Document));
    private static readonly string Protocol = File.ReadAllText(Path.Combine(GeneratedTests.FindRoot(), SdkFiles.Protocol));

    [Theory]
    [InlineData("""{"type":"number"}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":"number","minimum":0,"maximum":1}""", "minimum")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"maximum":2}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":"array"}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":"object","properties":{}}""", "CreatePacketBody.amount")]
    [InlineData("""{"$ref":"#/components/schemas/Gone"}""", "Gone")]
    [InlineData("""{"$ref":"other.json#/Gone"}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":"string","pattern":"^[A-Z]{3}$"}""", "^[A-Z]{3}$")]
    [InlineData("""{"type":"integer","pattern":"^[1-9][0-9]{0,18}$"}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":"string","format":"uuid"}""", "uuid")]
    [InlineData("""{"type":"string","enum":["a"]}""", "enum")]
    [InlineData("""{"type":"integer"}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":["integer","string"],"format":"int64"}""", "CreatePacketBody.amount")]
    [InlineData("""{"type":["null","integer"],"format":"int32","items":{"type":"integer","format":"int32"}}""", "CreatePacketBody.amount")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"boolean"}]}""", "CreatePacketBody.amount")]
    [InlineData("""{"anyOf":[{"type":"string"}]}""", "anyOf")]
    [InlineData("5", "CreatePacketBody.amount")]
    [InlineData("""{"type":"string","description":5}""", "description")]
    public void A_field_that_has_no_form_in_the_clients_stops_the_generator(string schema, string named) =>
        Stops(named, "components/schemas/CreatePacketBody/properties/amount", schema);

    [Theory]
    [InlineData("paths/~1api~1v1~1me/get/tags", """["Parades"]""", "Parades")]
    [InlineData("paths/~1api~1v1~1me/get/tags", "[]", "tag")]
    [InlineData("paths/~1api~1v1~1me/get/operationId", "\"get me\"", "get me")]
    [InlineData("paths/~1api~1v1~1me/get/operationId", "\"getWallet\"", "getWallet")]
    [InlineData("paths/~1api~1v1~1me/get/operationId", "\"send\"", "called Send")]
    [InlineData("paths/~1api~1v1~1me/get/operationId", "\"constructor\"", "called constructor")]
    [InlineData("paths/~1api~1v1~1me/get/summary", "null", "GET /api/v1/me")]
    [InlineData("paths/~1api~1v1~1me/get/deprecated", "true", "deprecated")]
    [InlineData("paths/~1api~1v1~1me/summary", "{}", "SUMMARY /api/v1/me")]
    [InlineData("paths/~1api~1v1~1me/patch", "{}", "PATCH /api/v1/me")]
    [InlineData("paths/~1api~1v1~1me/get/security", """[{"ticket":[]}]""", "security")]
    [InlineData("paths/~1api~1v1~1me/get/responses/202", """{"description":"OK"}""", "202")]
    [InlineData("paths/~1api~1v1~1me/get/responses/204", """{"description":"OK"}""", "204")]
    [InlineData("paths/~1api~1v1~1me/get/responses/default", """{"description":"OK"}""", "default")]
    [InlineData("paths/~1api~1v1~1me/get/responses/200", """{"description":"OK"}""", "200")]
    [InlineData("paths/~1api~1v1~1me/get/responses/200/content", """{"text/html":{}}""", "text/html")]
    [InlineData("paths/~1api~1v1~1me/get/responses/201", """{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Totals"}}}}""", "another answer")]
    [InlineData("paths/~1api~1v1~1me/get/responses/401/description", "\"Not allowed.\"", "401")]
    [InlineData("paths/~1api~1v1~1me/get/responses/401/content", """{"application/json":{}}""", "401")]
    [InlineData("paths/~1api~1v1~1packets/post/requestBody/content", """{"multipart/form-data":{}}""", "multipart/form-data")]
    [InlineData("paths/~1api~1v1~1claims~1{claimNo}/get/parameters/0/schema", """{"type":"string"}""", "claimNo")]
    [InlineData("paths/~1api~1v1~1claims~1{claimNo}/get/parameters/0/name", "\"deviceId\"", "deviceId")]
    [InlineData("paths/~1api~1v1~1claims~1{claimNo}/get/parameters/0/in", "\"header\"", "header")]
    [InlineData("paths/~1api~1v1~1packets/get/parameters/0/required", "true", "required")]
    [InlineData("paths/~1api~1v1~1packets/get/parameters/0/name", "\"options\"", "options")]
    [InlineData("paths/~1api~1v1~1packets/get/parameters/0/schema/maximum", "9999999999", "limit")]
    [InlineData("paths/~1api~1v1~1packets/get/parameters/0/schema", """{"type":"integer"}""", "limit")]
    [InlineData("components/schemas/ClaimStatus/enum", """["a'b"]""", "a'b")]
    [InlineData("components/schemas/ClaimStatus/enum", """["a\"b"]""", "a\"b")]
    [InlineData("components/schemas/ClaimStatus/enum", """["a","A"]""", "called A")]
    [InlineData("components/schemas/ClaimStatus/enum", """["unknown"]""", "called Unknown")]
    [InlineData("components/schemas/ClaimStatus/enum", """[""]""", "ClaimStatus")]
    [InlineData("components/schemas/ClaimStatus/enum", "[]", "ClaimStatus")]
    [InlineData("components/schemas/ClaimStatus/enum", "[1]", "ClaimStatus")]
    [InlineData("components/schemas/ClaimStatus/enum", """["2nd"]""", "2nd")]
    [InlineData("components/schemas/ClaimPage/properties/a b", """{"type":"string"}""", "a b")]
    [InlineData("components/schemas/ClaimPage/properties/claimPage", """{"type":"string"}""", "called ClaimPage")]
    [InlineData("components/schemas/ClaimPage/properties/Items", """{"type":"string"}""", "called Items")]
    [InlineData("components/schemas/ClaimPage/allOf", "[]", "allOf")]
    [InlineData("components/schemas/ClaimPage/properties/kinds", """{"type":"array","items":{"$ref":"#/components/schemas/PacketKind"}}""", "ClaimPage.kinds")]
    [InlineData("paths", "5", "paths")]
    public void What_has_no_form_in_the_clients_stops_the_generator(string at, string value, string named) => Stops(named, at, value);

    [Fact]
    public void What_is_left_out_is_left_out_by_name()
    {
        var names = ApiDocument.Read(Document).Operations.Select(o => o.Name).ToList();
        var all = JsonNode.Parse(Document)!["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!["operationId"]!.GetValue<string>());
        Assert.Equal(
            ["changeCampaignBudget", "checkFinanceLedger", "createCampaign", "endCampaign", "financeCallback", "getCampaignPlan", "getFinanceFaults", "getHealth",
                "getReadiness", "listCampaignPlans", "pauseCampaign", "previewCampaign", "reportCampaign", "resumeCampaign", "scheduleCampaign", "sendPackage",
                "setFinanceFaults", "showCashier"],
            all.Except(names).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Texts_of_the_document_stay_texts()
    {
        const string Text = "Less < more & `code <T>` \"quoted\" 'too' */ here\r\nclass Injected { }\u2028export {}; ``` */ // \\ ${x}";
        var files = Made(
            ("paths/~1api~1v1~1me/get/summary", Text), ("components/schemas/ClaimPage/description", Text), ("components/schemas/ClaimPage/properties/next/description", Text),
            ("components/schemas/ClaimStatus/description", Text), ("paths/~1api~1v1~1packets/get/parameters/1/schema/description", Text));
        var ends = new[] { '\r', '\u2028' };
        Assert.All(files, f => Assert.Equal(-1, f.Value.IndexOfAny(ends)));
        foreach (var (path, least) in new[] { ("src/Hongbao.Client/Http/Generated/HongbaoClient.cs", 2), ("src/Hongbao.Client/Http/Generated/ClaimPage.cs", 2), ("src/Hongbao.Client/Http/Generated/ClaimStatus.cs", 1) })
        {
            var lines = files[path].Split('\n').Where(l => l.Contains("Injected", StringComparison.Ordinal)).ToList();
            Assert.Equal(least, lines.Count);
            Assert.All(lines, l => Assert.Matches(@"^ *///.*Less &lt; more &amp; <c>code &lt;T&gt;</c> ", l));
            Assert.All(lines, l => Assert.Equal("x", System.Xml.Linq.XElement.Parse($"<x>{l.TrimStart()[4..]}</x>").Name.LocalName));
        }

        foreach (var path in new[] { "sdk/typescript/src/generated/types.ts", "sdk/typescript/src/generated/operations.ts" })
        {
            var lines = files[path].Split('\n').Where(l => l.Contains("Injected", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(lines);
            Assert.All(lines, l => Assert.Matches(@"^ */\*\*(?!.*\*/.).*\*/$", l));
        }
    }

    [Fact]
    public void Words_of_the_languages_can_be_names_of_parameters()
    {
        var document = JsonNode.Parse(Document)!;
        var paths = document["paths"]!.AsObject();
        var claim = paths["/api/v1/claims/{claimNo}"]!;
        paths.Remove("/api/v1/claims/{claimNo}");
        claim["get"]!["parameters"]![0]!["name"] = "class";
        paths["/api/v1/claims/{class}"] = claim;
        paths["/api/v1/packets"]!["get"]!["parameters"]![1]!["name"] = "default";
        var files = Made(document);
        var client = files["src/Hongbao.Client/Http/Generated/HongbaoClient.cs"];
        Assert.Contains("GetClaimAsync(long @class, ", client, StringComparison.Ordinal);
        Assert.Contains("Path($\"api/v1/claims/{@class}\")", client, StringComparison.Ordinal);
        Assert.Contains("<param name=\"class\">", client, StringComparison.Ordinal);
        Assert.Contains("string? @default = null", client, StringComparison.Ordinal);
        Assert.Contains("(\"default\", @default)", client, StringComparison.Ordinal);
        var operations = files["sdk/typescript/src/generated/operations.ts"];
        Assert.Contains("getClaim(class_: string, ", operations, StringComparison.Ordinal);
        Assert.Contains("`/api/v1/claims/${encodeURIComponent(class_)}`", operations, StringComparison.Ordinal);
        Assert.Contains("default?: string", operations, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_body_that_may_be_left_out_is_left_out_by_those_who_have_none(bool saysSo)
    {
        var document = JsonNode.Parse(Document)!;
        var body = document["paths"]!["/api/v1/packets/{packetNo}/content"]!["put"]!["requestBody"]!.AsObject();
        body.Remove("required");
        if (saysSo)
        {
            body["required"] = false;
        }

        var files = Made(document);
        var client = files["src/Hongbao.Client/Http/Generated/HongbaoClient.cs"];
        Assert.Contains("SetPacketContentAsync(long packetNo, CallOptions? options = null, ", client, StringComparison.Ordinal);
        Assert.Contains("SetPacketContentAsync(long packetNo, ContentBody body, CallOptions? options = null, ", client, StringComparison.Ordinal);
        var operations = files["sdk/typescript/src/generated/operations.ts"];
        Assert.Contains("  setPacketContent(packetNo: string, options?: CallOptions, body?: ContentBody)", operations, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_are_closed_where_they_are_sent_and_open_where_they_are_answered()
    {
        var types = Made()["sdk/typescript/src/generated/types.ts"];
        Assert.Contains("  split: SplitKind;\n", types, StringComparison.Ordinal);
        Assert.Contains("  split: SplitKind | NewerWord;\n", types, StringComparison.Ordinal);
        Assert.DoesNotContain("status: ClaimStatus;", types, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("`CreatePacketReq`: make a packet", "CreatePacketReq: make a packet", "Command_CreatePacket")]
    [InlineData("`CreatePacketReq`: make a packet", "`CreatePacketRequest`: make a packet", "CreatePacketRequest")]
    [InlineData("struct GetMeRsp", "struct GetMeResponse", "GetMeRsp")]
    [InlineData("Command_GetMe = 301", "GetMe = 301", "GetMe")]
    [InlineData("Command_GetMe = 301", "Command_Send = 301", "Send")]
    [InlineData("enum Command\n", "enum Order\n", "Command")]
    [InlineData("module Yyb", "module", "JCE")]
    public void A_command_that_does_not_say_what_it_takes_stops_the_generator(string was, string now, string named)
    {
        Assert.Contains(was, Protocol, StringComparison.Ordinal);
        var changed = Protocol.Replace(was, now, StringComparison.Ordinal);
        Assert.Contains(named, Assert.Throws<UnknownShapeException>(() => SdkFiles.Of(ApiDocument.Read(Document), YybContract.Read(changed))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_command_and_a_new_code_need_nothing_but_the_contract()
    {
        var yyb = YybContract.Read(Protocol
            .Replace("        Command_Pay = 401,", "        Command_Pay = 401,\n        /// Empty body: rest. Needs no token.\n        Command_Rest = 402,", StringComparison.Ordinal)
            .Replace("        ErrorCode_Internal = 21,", "        ErrorCode_Internal = 21,\n        /// Nobody is awake.\n        ErrorCode_AllAsleep = 22,", StringComparison.Ordinal)
            .Replace("    /// Names a payment order.", "    /// A rest.\n    struct RestRsp\n    {\n        /// How long.\n        0 require int seconds;\n    };\n\n    /// Names a payment order.", StringComparison.Ordinal));
        var files = SdkFiles.Of(ApiDocument.Read(Document), yyb);
        Assert.Contains(
            "    /// <summary>Rest. Needs no token.</summary>\n    public static YybCommand<Nothing, RestRsp> Rest { get; } = new(Command.Rest) { TakesToken = false };\n",
            files["src/Hongbao.Client/Yyb/Generated/YybCommands.cs"], StringComparison.Ordinal);
        Assert.Contains("public Task<RestRsp> RestAsync(CallOptions? options = null, ", files["src/Hongbao.Client/Yyb/Generated/YybClient.Commands.cs"], StringComparison.Ordinal);
        Assert.Contains("    /// <summary>Nobody is awake.</summary>\n    public const string AllAsleep = \"ALL_ASLEEP\";\n", files["src/Hongbao.Client/Http/Generated/HongbaoCodes.cs"], StringComparison.Ordinal);
        Assert.Contains("  | 'ALL_ASLEEP'\n", files["sdk/typescript/src/generated/types.ts"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_that_the_client_says_itself_stops_the_generator() =>
        Stops("called Offline", "paths/~1api~1v1~1me/get/responses/401/description", "\"OFFLINE\"");

    private static IReadOnlyDictionary<string, string> Made(params (string At, string Text)[] changes)
    {
        var document = JsonNode.Parse(Document)!;
        foreach (var (at, text) in changes)
        {
            Set(document, at, JsonValue.Create(text));
        }

        return Made(document);
    }

    private static IReadOnlyDictionary<string, string> Made(JsonNode document) =>
        SdkFiles.Of(ApiDocument.Read(Encoding.UTF8.GetBytes(document.ToJsonString())), YybContract.Read(Protocol));

    private static void Stops(string named, string at, string value)
    {
        var document = JsonNode.Parse(Document)!;
        Set(document, at, JsonNode.Parse(value));
        Assert.Contains(named, Assert.Throws<UnknownShapeException>(() => Made(document)).Message, StringComparison.Ordinal);
    }

    /// <summary>Replaces or adds what a JSON pointer names.</summary>
    private static void Set(JsonNode document, string at, JsonNode? value)
    {
        var steps = at.Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal)).ToArray();
        var parent = steps[..^1].Aggregate(document, (node, step) => (node is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : node[step])!);
        parent[steps[^1]] = value;
    }
}
