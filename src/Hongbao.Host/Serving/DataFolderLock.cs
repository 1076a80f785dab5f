namespace Hongbao.Host.Serving;

/// <summary>Keeps a second process out of a data folder; the system drops it when the process dies.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private const string FileName = "hongbao.lock";
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="StartRefusedException">Another process has it.</exception>
    public static DataFolderLock Take(string dataFolder)
    {
        var path = Path.Combine(dataFolder, FileName);
        try
        {
            return new DataFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new StartRefusedException($"Another hongbao uses the data folder '{dataFolder}'. Stop it, or choose another folder with --data.", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
