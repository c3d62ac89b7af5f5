module github.com/credibleledger/credibleledger/interop

go 1.26.8
