package node

// ReadPool submits the transactions of a saved pool, as Open does.
var ReadPool = (*Chain).readPool
