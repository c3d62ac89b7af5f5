// Package cli is the command line of credible, in English and Chinese.
//
// A command talks to a person by default and to a program with -o json; it says
// what it did and what to do next. Errors carry a stable code, a cause and a next
// step. Exit codes: 0 done, 1 failed, 2 wrongly called.
package cli
