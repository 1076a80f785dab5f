using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hongbao.Foundation.Signing;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Hongbao.Gateway.Tests;

public sealed partial class OpenApiTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private string _text = "";
    private OpenApiDocument _document = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        var answer = await _host.GetAsync("/openapi/v1.json", null);
        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentHeaders.ContentType?.MediaType));
        _text = answer.Body;
        var read = OpenApiDocument.Parse(_text, "json");
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        _document = read.Document!;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public void The_document_has_the_paths_and_methods_of_the_contract()
    {
        string[] contract =
        [
            "GET /api/v1/campaigns", "GET /api/v1/claims/{claimNo}", "GET /api/v1/dev/users", "GET /api/v1/limits", "GET /api/v1/me", "GET /api/v1/me/packets/received",
            "GET /api/v1/me/packets/sent", "GET /api/v1/me/subsidies", "GET /api/v1/me/wallet", "GET /api/v1/me/wallet/entries", "GET /api/v1/me/withdrawals/{withdrawalNo}",
            "GET /api/v1/packets", "GET /api/v1/packets/{packetNo}", "GET /api/v1/packets/{packetNo}/claims", "GET /api/v1/packets/{packetNo}/draw",
            "GET /api/v1/packets/{packetNo}/status", "GET /cashier/{payOrderNo}", "GET /healthz", "GET /ops/v1/campaigns", "GET /ops/v1/campaigns/{campaignId}",
            "GET /ops/v1/campaigns/{campaignId}/report", "GET /ops/v1/finance/faults", "GET /ops/v1/finance/ledger", "GET /readyz",
            "POST /api/v1/campaigns/{campaignId}/rounds/{round}/draws", "POST /api/v1/dev/token", "POST /api/v1/me/tickets", "POST /api/v1/me/withdrawals",
            "POST /api/v1/packets", "POST /api/v1/packets/{packetNo}/claims", "POST /callbacks/finance", "POST /cashier/{payOrderNo}/pay", "POST /ops/v1/campaigns",
            "POST /ops/v1/campaigns/{campaignId}/end", "POST /ops/v1/campaigns/{campaignId}/pause", "POST /ops/v1/campaigns/{campaignId}/preview",
            "POST /ops/v1/campaigns/{campaignId}/resume", "POST /ops/v1/campaigns/{campaignId}/schedule", "POST /yyb", "PUT /api/v1/packets/{packetNo}/content",
            "PUT /ops/v1/campaigns/{campaignId}/budget", "PUT /ops/v1/finance/faults",
        ];
        Assert.Equal(contract, Operations().Select(o => o.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_operation_says_what_it_does_and_how_it_fails() => Assert.All(Operations(), o =>
    {
        Assert.False(string.IsNullOrEmpty(o.Operation.Summary), o.Name);
        Assert.False(string.IsNullOrEmpty(o.Operation.OperationId), o.Name);
        Assert.Single(o.Operation.Tags!);
        Assert.Contains(o.Operation.Responses!, r => r.Key is "200" or "201" or "204");
        Assert.All(o.Operation.Responses!.Where(r => r.Key[0] != '2' && o.Name != "GET /readyz"), r =>
        {
            Assert.Contains("application/problem+json", r.Value.Content!.Keys);
            Assert.Matches("^[A-Z_]+(, [A-Z_]+)*$", r.Value.Description);
        });
    });

    [Fact]
    public void Every_operation_that_needs_a_token_says_so()
    {
        string[] open = ["GET /api/v1/dev/users", "GET /api/v1/limits", "GET /healthz", "GET /readyz", "POST /api/v1/dev/token", "POST /callbacks/finance", "POST /yyb"];
        Assert.Equal(open, Operations().Where(o => o.Operation.Security is not { Count: > 0 }).Select(o => o.Name).Order(StringComparer.Ordinal));
        var draw = Operations().Single(o => o.Name == "GET /api/v1/packets/{packetNo}/draw").Operation;
        Assert.Equal(["", "bearer"], draw.Security!.Select(s => string.Join(' ', s.Keys.Select(k => k.Reference.Id))));
        Assert.Contains("401", draw.Responses!.Keys);
        var pay = Operations().Single(o => o.Name == "POST /cashier/{payOrderNo}/pay").Operation;
        Assert.Equal(["bearer", "ticket"], pay.Security!.SelectMany(s => s.Keys).Select(k => k.Reference.Id));
        Assert.Equal(["bearer", "ticket"], _document.Components!.SecuritySchemes!.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("401", pay.Responses!.Keys);
    }

    /// <summary>What modules answer, by operation: each ending stands in the document, under the status that it is answered with.</summary>
    [Theory]
    [InlineData("POST /api/v1/packets", "ValidationFailed RiskRefused ContentRejected Degraded IdempotencyMismatch LimitExceeded SubsidyNotUsable Overloaded")]
    [InlineData("PUT /api/v1/packets/{packetNo}/content", "ValidationFailed Forbidden IdempotencyMismatch NotFound PacketNotActive")]
    [InlineData("POST /api/v1/packets/{packetNo}/claims", "ValidationFailed NotFound NotInScope PacketNotActive PacketExhausted PacketExpired LimitExceeded ClaimBusy Degraded Overloaded")]
    [InlineData("GET /cashier/{payOrderNo}", "NotFound Degraded Overloaded")]
    [InlineData("POST /cashier/{payOrderNo}/pay", "NotFound Degraded Overloaded")]
    [InlineData("POST /callbacks/finance", "ValidationFailed Unauthenticated NotFound Overloaded")]
    [InlineData("GET /api/v1/packets", "ValidationFailed")]
    [InlineData("GET /api/v1/packets/{packetNo}", "NotFound NotInScope Degraded")]
    [InlineData("GET /api/v1/packets/{packetNo}/status", "NotFound")]
    [InlineData("GET /api/v1/packets/{packetNo}/draw", "NotFound NotInScope Degraded")]
    [InlineData("GET /api/v1/packets/{packetNo}/claims", "ValidationFailed NotFound NotInScope Degraded")]
    [InlineData("GET /api/v1/claims/{claimNo}", "NotFound")]
    [InlineData("GET /api/v1/me/packets/sent", "ValidationFailed")]
    [InlineData("GET /api/v1/me/packets/received", "ValidationFailed")]
    [InlineData("GET /api/v1/me/subsidies", "Degraded Overloaded")]
    [InlineData("POST /api/v1/me/withdrawals", "ValidationFailed RiskRefused IdempotencyMismatch LimitExceeded InsufficientFunds Degraded Overloaded")]
    [InlineData("GET /api/v1/me/withdrawals/{withdrawalNo}", "NotFound Overloaded")]
    [InlineData("GET /api/v1/campaigns", "Degraded Overloaded")]
    [InlineData("POST /api/v1/campaigns/{campaignId}/rounds/{round}/draws", "ValidationFailed NotInScope RiskRefused NotFound CampaignNotOpen LimitExceeded RateLimited Degraded Overloaded")]
    [InlineData("POST /ops/v1/campaigns", "ValidationFailed Degraded Overloaded")]
    [InlineData("GET /ops/v1/campaigns", "Degraded Overloaded")]
    [InlineData("GET /ops/v1/campaigns/{campaignId}", "NotFound Degraded Overloaded")]
    [InlineData("POST /ops/v1/campaigns/{campaignId}/schedule", "ValidationFailed NotFound CampaignNotOpen InsufficientFunds Degraded Overloaded")]
    [InlineData("POST /ops/v1/campaigns/{campaignId}/pause", "ValidationFailed NotFound CampaignNotOpen Degraded Overloaded")]
    [InlineData("POST /ops/v1/campaigns/{campaignId}/resume", "ValidationFailed NotFound CampaignNotOpen Degraded Overloaded")]
    [InlineData("POST /ops/v1/campaigns/{campaignId}/end", "ValidationFailed NotFound CampaignNotOpen Degraded Overloaded")]
    [InlineData("PUT /ops/v1/campaigns/{campaignId}/budget", "ValidationFailed NotFound CampaignNotOpen InsufficientFunds Degraded Overloaded")]
    [InlineData("POST /ops/v1/campaigns/{campaignId}/preview", "ValidationFailed NotFound Degraded Overloaded")]
    [InlineData("GET /ops/v1/campaigns/{campaignId}/report", "NotFound Degraded Overloaded")]
    public async Task Every_ending_that_a_module_gives_is_in_the_document(string operation, string codes)
    {
        var documented = Operations().Single(o => o.Name == operation).Operation.Responses!;
        var (method, path) = (operation.Split(' ')[0], operation.Split(' ')[1]);
        object? body = path switch
        {
            "/api/v1/packets" when method == "POST" =>
                """{"requestId":"r","amount":100,"count":1,"currency":"CNY","split":"equal","scope":{"kind":"public"},"funding":{"kind":"cashier"}}""",
            "/api/v1/packets/{packetNo}/content" => """{"contentId":"v"}""",
            "/callbacks/finance" => """{"items":[{"kind":"payment"}]}""",
            "/api/v1/me/withdrawals" => """{"requestId":"r","amount":100}""",
            "/ops/v1/campaigns" when method == "POST" => CampaignOperationTests.Plan,
            "/ops/v1/campaigns/{campaignId}/budget" or "/ops/v1/campaigns/{campaignId}/schedule" or "/ops/v1/campaigns/{campaignId}/pause"
                or "/ops/v1/campaigns/{campaignId}/resume" or "/ops/v1/campaigns/{campaignId}/end" or "/ops/v1/campaigns/{campaignId}/preview"
                => """{"reason":"r","budget":1,"users":1}""",
            _ => null,
        };
        // To a browser the cashier says the same as a page.
        (string, string)[] headers = [("Accept", "application/json"), (CallbackSignature.TimestampHeader, "1"), (CallbackSignature.NonceHeader, "n"), (CallbackSignature.SignatureHeader, "s")];
        foreach (var code in codes.Split(' ').Select(Enum.Parse<ResultCode>))
        {
            var result = Result.Of(code, "said");
            _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = result });
            _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = result });
            _host.Core.SetContent = _ => new SetContentResponse { Result = result };
            _host.Core.Prepare = _ => Task.FromResult(new PaymentResponse { Result = result });
            _host.Core.Callback = _ => new FinanceCallbackResponse { Result = result };
            _host.Core.Withdraw = (_, _, _) => Task.FromResult(new WithdrawalResponse { Result = result });
            _host.Core.GetWithdrawal = _ => new WithdrawalResponse { Result = result };
            _host.Campaigns.Draw = (_, _, _) => Task.FromResult(new RainDrawResponse { Result = result });
            _host.Campaigns.Result = result;
            _host.Query.Result = result;
            var answer = await _host.SendAsync(new HttpMethod(method), PathNumber().Replace(path, "9001"), body, _host.Token(role: "admin"), headers);
            var said = answer.Json.GetProperty("code").GetString()!;
            Assert.Equal(code.ToString(), said.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            Assert.True(
                documented.TryGetValue(answer.Status.ToString(CultureInfo.InvariantCulture), out var response) && response.Description!.Split(", ").Contains(said),
                $"{operation} answers {answer.Status} {said}, which the document does not say");
        }
    }

    [Fact]
    public void Every_body_can_be_too_large() =>
        Assert.All(Operations().Where(o => o.Operation.RequestBody is not null), o => Assert.Contains("413", o.Operation.Responses!.Keys));

    [Fact]
    public void Who_has_no_password_to_say_sends_no_body() => Assert.Equal(
        ["POST /api/v1/campaigns/{campaignId}/rounds/{round}/draws", "POST /api/v1/packets/{packetNo}/claims"],
        Operations().Where(o => o.Operation.RequestBody is { Required: false }).Select(o => o.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void A_packets_status_is_refused_to_nobody() =>
        Assert.DoesNotContain("403", Operations().Single(o => o.Name == "GET /api/v1/packets/{packetNo}/status").Operation.Responses!.Keys);

    [Fact]
    public void Only_lists_have_items()
    {
        var lists = 0;
        Look(JsonDocument.Parse(_text).RootElement);
        Assert.True(lists > 5, $"only {lists} lists were found");

        void Look(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type))
            {
                lists++;
                Assert.Contains("\"array\"", type.GetRawText(), StringComparison.Ordinal);
            }

            var inside = element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().Select(p => p.Value),
                JsonValueKind.Array => element.EnumerateArray(),
                _ => [],
            };
            foreach (var each in inside)
            {
                Look(each);
            }
        }
    }

    [Fact]
    public void The_package_for_apps_is_bytes_in_both_directions()
    {
        var yyb = Operations().Single(o => o.Name == "POST /yyb").Operation;
        Assert.Equal(["application/octet-stream"], yyb.RequestBody!.Content!.Keys);
        Assert.Equal(["application/octet-stream"], yyb.Responses!["200"].Content!.Keys);
        Assert.Equal("binary", yyb.RequestBody.Content["application/octet-stream"].Schema!.Format);
        Assert.Equal(["200", "400", "413", "415", "500", "503"], yyb.Responses.Keys);
    }

    [Fact]
    public void Parameters_are_described()
    {
        var claims = Operations().Single(o => o.Name == "GET /api/v1/packets/{packetNo}/claims").Operation.Parameters!;
        Assert.Equal(["packetNo", "limit", "cursor"], claims.Select(p => p.Name));
        Assert.Equal("^[1-9][0-9]{0,18}$", claims[0].Schema!.Pattern);
        Assert.Equal(("1", "100"), (claims[1].Schema!.Minimum, claims[1].Schema!.Maximum));
        Assert.All(Operations(), o => Assert.Equal(
            o.Name.Count(c => c == '{'),
            o.Operation.Parameters?.Count(p => p.In == ParameterLocation.Path && p.Required) ?? 0));
    }

    [Fact]
    public void Numbers_are_strings_amounts_are_integers_and_times_are_times()
    {
        var packet = Schema("PacketDetail");
        var number = Property(packet, "packetNo");
        Assert.Equal((JsonSchemaType.String, "^[1-9][0-9]{0,18}$"), (number.Type, number.Pattern));
        Assert.Equal(JsonSchemaType.Integer, Property(packet, "amount").Type);
        var time = Property(packet, "expiresAt");
        Assert.Equal((JsonSchemaType.String, "date-time"), (time.Type, time.Format));
        Assert.Equal(
            ["PENDING_PAYMENT", "ACTIVE", "EXHAUSTED", "EXPIRED", "REFUNDING", "REFUNDED", "CLOSED"], Property(packet, "status").Enum!.Select(e => e!.GetValue<string>()));
        Assert.Equal(JsonSchemaType.String, Property(packet, "status").Type);
        Assert.Equal(["c2c", "b2c"], Property(packet, "kind").Enum!.Select(e => e!.GetValue<string>()));
        Assert.Contains("packetNo", packet.Required!);
        Assert.DoesNotContain("seed", packet.Required!);
    }

    [Fact]
    public void A_probability_is_a_number_above_0_up_to_1()
    {
        var ratio = Schema("Ratio");
        Assert.Equal((JsonSchemaType.Number, "0", "1"), (ratio.Type, ratio.ExclusiveMinimum, ratio.Maximum));
        foreach (var (holder, field) in new[] { ("PrizePart", "probability"), ("CreateCampaignBody", "passRate"), ("PlannedCampaign", "passRate") })
        {
            Assert.Equal(JsonSchemaType.Number, Property(Schema(holder), field).OneOf!.Single(s => s.Type != JsonSchemaType.Null).Type);
            Assert.DoesNotContain(field, Schema(holder).Required!);
        }

        Assert.Equal(["DRAFT", "SCHEDULED", "RUNNING", "PAUSED", "ENDED"], Property(Schema("CampaignAnswer"), "status").Enum!.Select(e => e!.GetValue<string>()));
    }

    [Fact]
    public async Task A_draw_has_exactly_the_fields_of_its_schema()
    {
        Conforms((await _host.PostAsync("/api/v1/campaigns/71/rounds/1/draws")).Json, Schema("RainDrawAnswer"), "lost");
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won());
        var won = (await _host.PostAsync("/api/v1/campaigns/71/rounds/1/draws")).Json;
        Conforms(won, Schema("RainDrawAnswer"), "won");
        Assert.Equal(Schema("RainDrawAnswer").Properties!.Keys.Order(), won.EnumerateObject().Select(p => p.Name).Order());
    }

    [Fact]
    public void The_problem_has_the_fields_of_the_contract()
    {
        var problem = Schema("ProblemBody");
        Assert.Equal(["code", "detail", "errors", "maxPolls", "retryAfterMs", "status", "title", "traceId", "triesLeft", "type"], problem.Properties!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["code", "detail", "status", "title", "traceId", "type"], problem.Required!.Order(StringComparer.Ordinal));
    }

    /// <summary>The shapes of bodies are for the document only: each field that they show must be one that the handler reads.</summary>
    [Theory]
    [InlineData("CreatePacketBody", "POST", "/api/v1/packets")]
    [InlineData("ContentBody", "PUT", "/api/v1/packets/9001/content")]
    [InlineData("DevTokenBody", "POST", "/api/v1/dev/token")]
    [InlineData("FaultsBody", "PUT", "/ops/v1/finance/faults")]
    [InlineData("CreateWithdrawalBody", "POST", "/api/v1/me/withdrawals")]
    [InlineData("CreateCampaignBody", "POST", "/ops/v1/campaigns")]
    [InlineData("ReasonBody", "POST", "/ops/v1/campaigns/71/schedule")]
    [InlineData("BudgetBody", "PUT", "/ops/v1/campaigns/71/budget")]
    [InlineData("PreviewBody", "POST", "/ops/v1/campaigns/71/preview")]
    [InlineData("PasswordBody", "POST", "/api/v1/packets/9001/claims")]
    [InlineData("PasswordBody", "POST", "/api/v1/campaigns/71/rounds/1/draws")]
    public async Task Every_field_of_a_body_in_the_document_is_read(string schema, string method, string path)
    {
        _host.Gate.IsOpen = true;
        var shape = Schema(schema);
        Assert.NotEmpty(shape.Properties!);
        foreach (var field in shape.Properties!.Keys)
        {
            // No field is an array of arrays.
            var answer = await _host.SendAsync(new HttpMethod(method), path, $$"""{"{{field}}":[[]]}""", _host.Token(role: "admin"));
            answer.IsProblem(400, "VALIDATION_FAILED");
            var errors = answer.Json.GetProperty("errors");
            Assert.True(errors.TryGetProperty(field, out var messages), $"{schema}.{field}: {answer.Body}");
            Assert.NotEqual("is required", messages[0].GetString());
        }
    }

    [Fact]
    public async Task Answers_have_exactly_the_fields_of_their_schemas()
    {
        _host.Finance.Order = CashierTests.Known(55);
        _host.Query.Subsidies = new SubsidyListResponse { Items = [new SubsidyItem { SubsidyNo = 12, Token = "t", CampaignId = 71, Status = SubsidyStatus.Used, PacketNo = 9001 }] };
        _host.Campaigns.Details = [FakeCampaigns.Detail() with { Trouble = "refused" }];
        foreach (var (path, schema) in new[]
        {
            ("/api/v1/packets/9001", "PacketDetail"), ("/api/v1/packets", "PacketPage"), ("/api/v1/packets/9001/draw", "DrawAnswer"), ("/api/v1/limits", "LimitsAnswer"),
            ("/api/v1/packets/9001/claims", "ClaimPage"), ("/api/v1/claims/77", "ClaimDetail"), ("/api/v1/me", "MeAnswer"), ("/api/v1/me/packets/sent", "SentPage"),
            ("/api/v1/me/packets/received", "ReceivedPage"), ("/api/v1/me/wallet", "WalletAnswer"), ("/api/v1/me/wallet/entries", "WalletEntryPage"),
            ("/api/v1/me/subsidies", "SubsidyList"), ("/api/v1/me/withdrawals/4401", "WithdrawalDetail"), ("/api/v1/campaigns", "CampaignList"),
            ("/ops/v1/campaigns", "PlannedCampaigns"), ("/ops/v1/campaigns/71", "PlannedCampaign"), ("/ops/v1/campaigns/71/report", "CampaignReport"),
            ("/ops/v1/finance/ledger", "LedgerAnswer"), ("/readyz", "ReadinessAnswer"), ("/healthz", "HealthAnswer"),
        })
        {
            Conforms((await _host.GetAsync(path, _host.Token(role: "admin"))).Json, Schema(schema), path);
        }
    }

    [Fact]
    public async Task The_page_of_the_api_shows_the_document()
    {
        Assert.Equal((301, "docs/index.html"), await Redirect());
        var page = await _host.GetAsync("/docs/index.html", null);
        Assert.Equal(200, page.Status);
        foreach (var asset in new[] { "swagger-ui.css", "swagger-ui-bundle.js", "index.js" })
        {
            Assert.Equal(200, (await _host.GetAsync("/docs/" + asset, null)).Status);
        }

        Assert.Contains("/openapi/v1.json", (await _host.GetAsync("/docs/index.js", null)).Body, StringComparison.Ordinal);

        // The policy of the page forbids inline scripts.
        Assert.DoesNotMatch(@"<script(?![^>]*src=)", page.Body);

        async Task<(int, string?)> Redirect()
        {
            var answer = await _host.GetAsync("/docs", null);
            return (answer.Status, answer.Header("Location"));
        }
    }

    [Fact]
    public void Every_enum_of_a_request_has_its_name_in_the_document() =>
        Assert.Equal(
            EnumNames<FundingKind>.Lowercase.Accepted,
            "must be one of " + string.Join(", ", Property(Property(Schema("CreatePacketBody"), "funding"), "kind").Enum!.Select(e => e!.GetValue<string>())));

    private static void Conforms(JsonElement value, IOpenApiSchema schema, string at)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            Assert.All(value.EnumerateArray(), item => Conforms(item, schema.Items!, at + "[]"));
            return;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in value.EnumerateObject())
        {
            Assert.True(schema.Properties!.ContainsKey(property.Name), $"{at}.{property.Name} is not in the document");
            Conforms(property.Value, schema.Properties![property.Name], $"{at}.{property.Name}");
        }

        Assert.All(schema.Required ?? new HashSet<string>(), name => Assert.True(value.TryGetProperty(name, out _), $"{at}.{name} is missing"));
    }

    private IEnumerable<(string Name, OpenApiOperation Operation)> Operations() =>
        _document.Paths.SelectMany(p => p.Value.Operations!.Select(o => ($"{o.Key.Method} {p.Key}", o.Value)));

    private IOpenApiSchema Schema(string name) => _document.Components!.Schemas![name];

    private static IOpenApiSchema Property(IOpenApiSchema schema, string name) => schema.Properties![name];

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex PathNumber();
}
