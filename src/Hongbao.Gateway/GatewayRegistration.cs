using Hongbao.Foundation.Chance;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Cashier;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.OpenApi;
using Hongbao.Gateway.Problems;
using Hongbao.Gateway.Web;
using Hongbao.Gateway.Yyb;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hongbao.Gateway;

/// <summary>What the host does with the gateway: register it, put it into the pipeline, map its endpoints.</summary>
public static class GatewayRegistration
{
    /// <summary>
    /// Registers the gateway and its settings (<see cref="GatewayOptions"/>, refused at the start when they cannot work). The host provides
    /// singletons of Core, Query, Async, Finance and its operations, Campaigns and their operations, and Profiles from Hongbao.Contracts, and any number of
    /// <c>IReadinessCheck</c>; it may provide a <see cref="TimeProvider"/> and an <see cref="IRandomSource"/> fit for keys.
    /// </summary>
    public static IServiceCollection AddGateway(this IServiceCollection services)
    {
        services.AddOptions<GatewayOptions>().BindConfiguration("Gateway").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidation>();
        services.AddOptions<DevOptions>().BindConfiguration("Dev");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRandomSource, SecureRandomSource>();
        services.TryAddSingleton<DevTokenGate>();
        services.AddSingleton<TokenKeys>().AddSingleton<TokenVerifier>()
            .AddSingleton(static provider => new TokenIssuer(provider.GetRequiredService<TokenKeys>(), provider.GetRequiredService<IOptions<GatewayOptions>>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<Tickets>();
        services.AddSingleton<Calls>().AddSingleton<PacketLimits>().AddSingleton<UnknownValues>().AddSingleton<Payments>().AddSingleton<OwnProfile>().AddSingleton<CashierAssets>().AddSingleton<CashierPage>().AddSingleton<OpenApiDocumentCache>();
        services.AddSingleton<PacketEndpoints>().AddSingleton<ClaimEndpoints>().AddSingleton<MeEndpoints>().AddSingleton<WithdrawalEndpoints>()
            .AddSingleton<CampaignEndpoints>().AddSingleton<CampaignOperationEndpoints>().AddSingleton<CashierEndpoints>().AddSingleton<CallbackEndpoints>()
            .AddSingleton<DevEndpoints>().AddSingleton<OperationEndpoints>().AddSingleton<ProcessEndpoints>();
        services.AddSingleton<PacketCommands>().AddSingleton<ClaimCommands>().AddSingleton<MeCommands>().AddSingleton<WithdrawalCommands>().AddSingleton<CashierCommands>()
            .AddSingleton<CampaignCommands>().AddSingleton<CommandTable>().AddSingleton<CommandRunner>().AddSingleton<PackageService>().AddSingleton<YybEndpoint>();
        services.ConfigureHttpJsonOptions(json => GatewayJson.Configure(json.SerializerOptions).TypeInfoResolverChain.Insert(0, GatewayJson.Default));
        services.AddOpenApi(OpenApiDocumentCache.Name, DocumentTransformers.Configure);
        services.AddSingleton<IApiDescriptionProvider, BodyDescriptions>();

        services.AddOptions<KestrelServerOptions>().Configure<IEnumerable<IConfigureOptions<GatewayOptions>>>(static (kestrel, setups) =>
        {
            // The server is made before settings are validated: a fault is told later, together with all others.
            var gateway = new OptionsFactory<GatewayOptions>(setups, [], []).Create(Options.DefaultName);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections ??= Math.Max(1, gateway.MaxConcurrentConnections);
        });

        // The framework would log addresses with their query, where tickets travel.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning));
        return services;
    }

    /// <summary>Puts the gateway's middleware into the pipeline, before anything else: headers, errors, the H5 page, routing, access.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        app.Use(static (http, next) =>
        {
            SecurityHeaders.Set(http);
            return next(http);
        });
        app.UseMiddleware<StopMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        H5Files.Use(app, WebRootOf(app));
        app.UseWhen(static http => http.Request.Path.StartsWithSegments("/docs"), static docs =>
        {
            docs.Use(static (http, next) =>
            {
                SecurityHeaders.AllowDocs(http);
                return next(http);
            });
            docs.UseSwaggerUI(page =>
            {
                page.RoutePrefix = "docs";
                page.DocumentTitle = "Hongbao";
                page.SwaggerEndpoint("/openapi/v1.json", OpenApiDocumentCache.Name);
            });
        });
        app.UseMiddleware<AccessMiddleware>();
        return app;
    }

    /// <summary>The pipeline of a process without the gateway's role: it only tells how it is.</summary>
    public static WebApplication UseProcess(this WebApplication app)
    {
        app.UseMiddleware<StopMiddleware>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseMiddleware<AccessMiddleware>();
        return app;
    }

    /// <summary>Maps what every process has: whether it is alive and ready.</summary>
    public static WebApplication MapProcess(this WebApplication app)
    {
        app.Services.GetRequiredService<ProcessEndpoints>().Map(app);
        return app;
    }

    /// <summary>Maps the gateway's endpoints.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        var services = app.Services;
        services.GetRequiredService<PacketEndpoints>().Map(app);
        services.GetRequiredService<ClaimEndpoints>().Map(app);
        services.GetRequiredService<MeEndpoints>().Map(app);
        services.GetRequiredService<WithdrawalEndpoints>().Map(app);
        services.GetRequiredService<CampaignEndpoints>().Map(app);
        services.GetRequiredService<CampaignOperationEndpoints>().Map(app);
        services.GetRequiredService<CashierEndpoints>().Map(app);
        services.GetRequiredService<YybEndpoint>().Map(app);
        services.GetRequiredService<CallbackEndpoints>().Map(app);
        services.GetRequiredService<DevEndpoints>().Map(app);
        services.GetRequiredService<OperationEndpoints>().Map(app);
        services.GetRequiredService<ProcessEndpoints>().Map(app);
        app.MapGet("/openapi/v1.json", static (HttpContext http, OpenApiDocumentCache document) => document.WriteAsync(http))
            .For(Access.Anyone).ExcludeFromDescription();
        H5Files.MapNotBuilt(app, WebRootOf(app));
        return app;
    }

    /// <summary>Writes the OpenAPI document that a started gateway shows at <c>/openapi/v1.json</c>.</summary>
    public static async Task WriteOpenApiAsync(this WebApplication app, Stream output, CancellationToken cancellationToken)
    {
        var document = await app.Services.GetRequiredService<OpenApiDocumentCache>().GetAsync(cancellationToken);
        await output.WriteAsync(document, cancellationToken);
    }

    private static string WebRootOf(WebApplication app) =>
        Path.GetFullPath(app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value.WebRoot, app.Environment.ContentRootPath);
}
