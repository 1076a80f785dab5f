using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.OpenApi;

namespace Hongbao.Gateway.Endpoints;

/// <summary>What every endpoint says about itself: who may call it, and how it reads in the OpenAPI document.</summary>
internal static class EndpointExtensions
{
    public static TBuilder For<TBuilder>(this TBuilder builder, Access access, TicketUse tickets = TicketUse.None)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRule(access, tickets));

    /// <summary>A sentence for the document, and the answers beyond 200.</summary>
    public static TBuilder Describe<TBuilder>(this TBuilder builder, string tag, string name, string summary, params ResultCode[] problems)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithTags(tag).WithName(name).WithSummary(summary).WithMetadata(new ProblemCodes(problems));

    /// <summary>The shape of the body, for the document only: the handler reads it by itself. Every body can be too large.</summary>
    public static TBuilder Takes<TBuilder>(this TBuilder builder, Type body)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new BodyShape(body), new ProblemCodes([ResultCode.PayloadTooLarge]));

    /// <summary>As <see cref="Takes"/>, of a body that may be left out.</summary>
    public static TBuilder MayTake<TBuilder>(this TBuilder builder, Type body)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new BodyShape(body, IsRequired: false), new ProblemCodes([ResultCode.PayloadTooLarge]));

    /// <summary>The shape of a success.</summary>
    public static TBuilder Gives<TBuilder>(this TBuilder builder, Type body, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses.Length == 0 ? [StatusCodes.Status200OK] : statuses)
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, body, ["application/json"]));
        }

        return builder;
    }

    /// <summary>The parameters of a list: limit, cursor and those named.</summary>
    public static TBuilder Lists<TBuilder>(this TBuilder builder, params string[] more)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new QueryParameters(["limit", "cursor", .. more]));
}
