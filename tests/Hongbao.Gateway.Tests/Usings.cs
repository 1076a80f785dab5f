global using Hongbao.Contracts;
global using Xunit;
