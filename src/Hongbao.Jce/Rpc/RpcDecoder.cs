namespace Hongbao.Jce.Rpc;

/// <summary>
/// Reads an answer: bare fields, the return value at tag 0 and each out parameter at its own. It runs before the buffer is given back, so nothing may point into it
/// afterwards. A fault is left to the reader.
/// </summary>
/// <typeparam name="T">What the call gives.</typeparam>
public delegate T RpcDecoder<out T>(ref JceReader reader);
