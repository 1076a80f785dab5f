namespace Hongbao.Jce.Rpc;

/// <summary>An operation of a servant.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Parameters">All of them, in and out, in the order of their tags.</param>
/// <param name="Returns">False when it returns nothing.</param>
/// <param name="ReturnTypeName">TUP's name of the return type, such as <c>int32</c> or <c>list&lt;string&gt;</c>; empty when not known. Only version 2 of TUP writes it.</param>
public sealed record RpcFunction(string Name, IReadOnlyList<RpcParameter> Parameters, bool Returns, string ReturnTypeName = "");
