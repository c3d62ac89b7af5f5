package hugepages

// Ask is Advise, each time.
var Ask = ask
