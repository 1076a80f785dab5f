using System.Text.Json;
using Hongbao.Sdk.Generator;

// Writes the generated parts of both SDKs: eng/sdk calls it with the root of the project.
if (args.Length != 1)
{
    await Console.Error.WriteLineAsync("Usage: Hongbao.Sdk.Generator ROOT, the folder with sdk/openapi.json in it. eng/sdk makes that file first.");
    return 2;
}

try
{
    var interfaces = ApiDocument.Read(await File.ReadAllBytesAsync(Path.Combine(args[0], SdkFiles.Document)));
    var packages = YybContract.Read(await File.ReadAllTextAsync(Path.Combine(args[0], SdkFiles.Protocol)));
    SdkFiles.Replace(args[0], SdkFiles.Of(interfaces, packages));
    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or UnknownShapeException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
