package sample

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Numbers of rows that other tables point to.
const (
	Customers = 120
	Employees = 60
	Orders    = 200
)

// OrderID is the key of order n.
func OrderID(n int) string { return fmt.Sprintf("ORD-%08d", 70000000+n*37) }

var regions = []string{"EMEA", "AMER", "APAC"}

// OrderRow is id, customer, region, time, amount, currency, tracking number.
func OrderRow(g Generator, n int) sqlengine.Row {
	return sqlengine.Row{OrderID(n), int64(1 + g.IntN(Customers)), Pick(g, regions), g.Moment(), g.Money(5, 900),
		Pick(g, []string{"EUR", "USD", "GBP"}), "1Z" + g.Digits(16)}
}

// TicketRow is id, customer, time, status, remark in which personal data may hide, address of the client.
func TicketRow(g Generator, n int) sqlengine.Row {
	customer := 1 + g.IntN(Customers)
	return sqlengine.Row{fmt.Sprintf("T-%06d", 100000+n), int64(customer), g.Moment(), Pick(g, []string{"open", "waiting", "closed"}), g.Text(customer), g.IP()}
}

// PaymentRow is id, order, card and its holder or else an IBAN, amount, fingerprint.
func PaymentRow(g Generator, n int) sqlengine.Row {
	row := sqlengine.Row{"PAY-" + g.Digits(10), OrderID(n), nil, nil, nil, g.Money(5, 900), g.Hash()}
	if n%4 == 0 {
		row[4] = g.IBAN()
	} else {
		row[2], row[3] = g.Card(), FullName(1+g.IntN(Customers))
	}
	return row
}

// ConsentRow is customer, channel, whether it was given, when, an opaque token.
func ConsentRow(g Generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), Pick(g, []string{"mail", "phone", "post"}), g.IntN(3) > 0, g.Day(2022, 2025), g.UUID()}
}

// EmployeeID is the key of employee n.
func EmployeeID(n int) string { return fmt.Sprintf("E%06d", 4000+n) }

// AbsenceRow is employee, reason, first day, days.
func AbsenceRow(g Generator, _ int) sqlengine.Row {
	return sqlengine.Row{EmployeeID(1 + g.IntN(Employees)), Pick(g, []string{"holiday", "flu", "back surgery", "parental leave", "migraine"}),
		g.Day(2025, 2025), int64(1 + g.IntN(15))}
}

// RegionRow is region, address of its manager, target.
func RegionRow(g Generator, n int) sqlengine.Row {
	return sqlengine.Row{fmt.Sprintf("%s-%02d", regions[n%3], n), Email(800 + n), g.Money(100000, 900000)}
}

// SignupRow is id, name, email, phone, where from, time.
func SignupRow(g Generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), FullName(600 + n), Email(600 + n), g.Phone(), Pick(g, []string{"search", "newsletter", "friend"}), g.Moment()}
}

// SupplierRow is number, name, VAT id, IBAN, contact.
func SupplierRow(g Generator, n int) sqlengine.Row {
	return sqlengine.Row{fmt.Sprintf("S%05d", 10000+n), Pick(g, lastNames) + " Trading", "DE" + g.Digits(9), g.IBAN(), Email(900 + n)}
}

// ShipmentRow holds what looks like personal data and is none: batch numbers of nine digits in the form 123-00-6789, whose middle group no
// social security number has, checksums, sixteen digits that fail Luhn.
func ShipmentRow(g Generator, n int) sqlengine.Row {
	reference := "9999" + g.Digits(12)
	for luhn(reference) {
		reference = "9999" + g.Digits(12)
	}
	return sqlengine.Row{reference, OrderID(n), float64(g.IntN(5000)) / 100, g.Digits(3) + "-00-" + g.Digits(4), g.Hash()[:32]}
}
