// Package sample makes the synthetic people, orders and payments that the embedded warehouses are filled with. Nothing in it belongs to
// anybody: names, addresses and numbers are drawn from lists and from ranges set aside for examples where there are such. One seed gives the
// same values each time, and person n is the same person in every table of every warehouse.
package sample
