using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Hongbao.Gateway.OpenApi;

/// <summary>
/// Tells the generator of the document which bodies endpoints read by themselves, as if the framework bound them: so their parts become named schemas
/// like those of answers. The framework's own metadata for it would also make the routing refuse other content types in its words instead of ours.
/// </summary>
internal sealed class BodyDescriptions : IApiDescriptionProvider
{
    /// <summary>After the framework's own, which lists the endpoints.</summary>
    public int Order => 0;

    /// <inheritdoc/>
    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        foreach (var endpoint in context.Results)
        {
            if (endpoint.ActionDescriptor.EndpointMetadata.OfType<BodyShape>().LastOrDefault() is { } shape)
            {
                endpoint.ParameterDescriptions.Add(new ApiParameterDescription { Name = "body", Source = BindingSource.Body, Type = shape.Type, IsRequired = shape.IsRequired });
                endpoint.SupportedRequestFormats.Add(new ApiRequestFormat { MediaType = "application/json" });
            }
        }
    }

    /// <inheritdoc/>
    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
    }
}
