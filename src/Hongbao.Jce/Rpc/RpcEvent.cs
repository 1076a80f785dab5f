namespace Hongbao.Jce.Rpc;

/// <summary>Something that whoever runs a client or server may want to write down. How often is his matter.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Remote">The other side's address; empty when there is none.</param>
/// <param name="Text">For people.</param>
/// <param name="Exception">What was thrown, if anything.</param>
public readonly record struct RpcEvent(RpcEventKind Kind, string Remote, string Text, Exception? Exception = null);
