namespace Hongbao.Jce.Rpc;

/// <summary>A parameter of an operation.</summary>
/// <param name="Name">Its name, by which TUP finds it.</param>
/// <param name="Tag">Its position from 1 on, by which TARS finds it.</param>
/// <param name="IsOut">True when the servant gives it.</param>
/// <param name="TypeName">TUP's name of its type, as <see cref="RpcFunction.ReturnTypeName"/>.</param>
public sealed record RpcParameter(string Name, int Tag, bool IsOut, string TypeName = "");
