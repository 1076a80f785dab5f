namespace Hongbao.Host.Demo.Api;

/// <summary>The demo cannot go on; the message is for the one at the keyboard and says what to do.</summary>
internal sealed class DemoStoppedException(string message) : Exception(message);
