// A world has settled when the pool's one thread has nothing left to run: two worlds at a time would wait for each other for ever.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
