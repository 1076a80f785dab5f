// A packet's life: Hongbao.Sample http|yyb [URL] [FIRST_UID]. Needs a server with development tokens, such as ./run starts.
using System.Globalization;
using Hongbao.Sample;

if (args is not (["http" or "yyb", ..] and { Length: <= 3 }))
{
    await Console.Error.WriteLineAsync("Usage: Hongbao.Sample http|yyb [URL] [FIRST_UID]");
    return 2;
}

var service = new Uri(args.ElementAtOrDefault(1) ?? "http://127.0.0.1:8080");
var firstUid = long.Parse(args.ElementAtOrDefault(2) ?? "1001", CultureInfo.InvariantCulture);

// What is sent is for this service: no redirection takes it elsewhere.
using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
var users = new DevUsers(http, service);
try
{
    await (args[0] == "http" ? OverHttp.RunAsync(http, service, users, firstUid, stop.Token) : OverYyb.RunAsync(http, service, users, firstUid, stop.Token));
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("stopped");
    return 130;
}
