namespace Hongbao.Foundation.Outside;

/// <summary>The users 1001 to 1008 of the embedded profile; the same format as an operator's file.</summary>
internal static class DemoData
{
    public static byte[] Read()
    {
        using var resource = typeof(DemoData).Assembly.GetManifestResourceStream("Hongbao.Foundation.Outside.demo.json")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
