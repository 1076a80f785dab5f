Console.WriteLine("hongbao");
