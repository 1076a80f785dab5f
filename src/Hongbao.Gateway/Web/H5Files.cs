using System.Text;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Microsoft.Extensions.FileProviders;

namespace Hongbao.Gateway.Web;

/// <summary>The H5 page, as its build left it in a folder.</summary>
internal static class H5Files
{
    private const string NotBuilt = """
        The H5 page is not built yet. Run "npm ci" and "npm run build" in the folder web, then start this service again.
        The API is described at /docs.

        H5 页面还没有构建：请在 web 目录运行 npm ci 和 npm run build，然后重新启动本服务。接口文档在 /docs。

        """;

    /// <summary>Serves the folder, if it is there.</summary>
    public static void Use(IApplicationBuilder app, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files, DefaultFileNames = ["index.html"] });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = static served => served.Context.Response.Headers.CacheControl = CachingOf(served.Context.Request.Path),
        });
    }

    /// <summary>Says at / how to build the page, if the folder is not there.</summary>
    public static void MapNotBuilt(IEndpointRouteBuilder routes, string folder)
    {
        if (!Directory.Exists(folder))
        {
            routes.MapGet("/", static () => Results.Text(NotBuilt, "text/plain", Encoding.UTF8)).For(Access.Anyone).ExcludeFromDescription();
        }
    }

    // The build puts a hash of the content into the names of assets.
    private static string CachingOf(PathString path) => path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable"
        : path.Value?.EndsWith(".html", StringComparison.Ordinal) == true ? "no-cache"
        : "public, max-age=3600";
}
