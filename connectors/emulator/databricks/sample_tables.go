package databricks

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// sampleTableDef is a table of the sample: its columns as SQL and its rows,
// numbered from 1.
type sampleTableDef struct {
	name, comment, columns string
	rows                   int
	row                    func(g generator, n int) sqlengine.Row
}

// Numbers of rows that other tables point to.
const (
	sampleCustomers = 120
	sampleEmployees = 60
	sampleOrders    = 200
)

var sampleTables = []sampleTableDef{
	{"main.crm.customers", "One row per customer",
		"customer_id BIGINT NOT NULL COMMENT 'Key', full_name STRING, email STRING, phone STRING, ssn STRING COMMENT 'US only', date_of_birth DATE, street STRING, city STRING, country STRING, loyalty_no STRING COMMENT 'Printed on the card', created_at TIMESTAMP",
		sampleCustomers, customerRow},
	{"main.crm.contacts", "People at business customers",
		"contact_id BIGINT NOT NULL, customer_id BIGINT, name STRING, work_email STRING, mobile STRING, job_title STRING", 80, contactRow},
	{"main.crm.tickets", "Support tickets",
		"ticket_id STRING NOT NULL, customer_id BIGINT, opened_at TIMESTAMP, status STRING, notes STRING COMMENT 'Free text', client_ip STRING", 150, ticketRow},
	{"main.crm.consents", "Marketing consent",
		"customer_id BIGINT NOT NULL, channel STRING, granted BOOLEAN, granted_on DATE, token STRING COMMENT 'Opaque'", 100, consentRow},
	{"main.sales.orders", "Orders",
		"order_id STRING NOT NULL, customer_id BIGINT, region STRING, ordered_at TIMESTAMP, amount DECIMAL(10,2), currency STRING, tracking_no STRING", sampleOrders, orderRow},
	{"main.sales.order_lines", "Lines of orders",
		"order_id STRING NOT NULL, line INT NOT NULL, sku STRING, quantity INT, unit_price DECIMAL(10,2)", 200, orderLineRow},
	{"main.sales.payments", "Payments",
		"payment_id STRING NOT NULL, order_id STRING, card_number STRING, card_holder STRING, iban STRING, amount DECIMAL(10,2), fingerprint STRING COMMENT 'SHA-256 of the card'", 150, paymentRow},
	{"main.sales.regions", "Sales regions",
		"region STRING NOT NULL, manager_email STRING, target DECIMAL(12,2)", 30, regionRow},
	{"main.hr.employees", "Employees",
		"employee_id STRING NOT NULL, full_name STRING, work_email STRING, private_email STRING, phone STRING, ssn STRING, date_of_birth DATE, department STRING, hired_on DATE", sampleEmployees, employeeRow},
	{"main.hr.salaries", "Salaries",
		"employee_id STRING NOT NULL, salary DECIMAL(10,2), bonus DECIMAL(10,2), iban STRING, valid_from DATE", sampleEmployees, salaryRow},
	{"main.hr.absences", "Days off",
		"employee_id STRING, reason STRING COMMENT 'May be medical', first_day DATE, days INT", 70, absenceRow},
	{"raw.web.events", "Clickstream",
		"event_id STRING NOT NULL, session_id STRING, ip STRING, user_agent STRING, url STRING, at TIMESTAMP, payload STRING", 200, eventRow},
	{"raw.web.signups", "Sign-up form",
		"id BIGINT NOT NULL, name STRING, email STRING, phone STRING, referrer STRING, at TIMESTAMP", 90, signupRow},
	{"raw.erp.suppliers", "Suppliers",
		"supplier_no STRING NOT NULL, name STRING, vat_id STRING, iban STRING, contact STRING", 40, supplierRow},
	{"raw.erp.shipments", "Shipments, no personal data",
		"shipment_no STRING NOT NULL, order_ref STRING, weight DOUBLE, batch STRING, checksum STRING", 120, shipmentRow},
	{"samples.trips.rides", "Rides, shared", "ride_id BIGINT, distance_km DOUBLE, picked_up TIMESTAMP", 60, rideRow},
	{"sandbox.scratch.customer_copy", "Copied by hand",
		"id BIGINT, who STRING, mail STRING", 30, copyRow},
}

func customerRow(g generator, n int) sqlengine.Row {
	street, city, country := g.address()
	var ssn sqlengine.Value
	if country == "US" || n%3 == 0 {
		ssn = g.ssn()
	}
	return sqlengine.Row{int64(n), fullName(n), email(n), g.phone(), ssn, g.day(1950, 2004), street, city, country, "L" + g.digits(9), g.moment()}
}

func contactRow(g generator, n int) sqlengine.Row {
	title := pick(g, []string{"Buyer", "CFO", "Warehouse lead", "Office manager"})
	return sqlengine.Row{int64(n), int64(1 + g.IntN(sampleCustomers)), fullName(500 + n), email(500 + n), g.phone(), title}
}

func ticketRow(g generator, n int) sqlengine.Row {
	customer := 1 + g.IntN(sampleCustomers)
	return sqlengine.Row{fmt.Sprintf("T-%06d", 100000+n), int64(customer), g.moment(), pick(g, []string{"open", "waiting", "closed"}), g.text(customer), g.ip()}
}

func consentRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), pick(g, []string{"mail", "phone", "post"}), g.IntN(3) > 0, g.day(2022, 2025), g.uuid()}
}

func orderID(n int) string { return fmt.Sprintf("ORD-%08d", 70000000+n*37) }

var sampleRegions = []string{"EMEA", "AMER", "APAC"}

func orderRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{orderID(n), int64(1 + g.IntN(sampleCustomers)), pick(g, sampleRegions), g.moment(), g.money(5, 900),
		pick(g, []string{"EUR", "USD", "GBP"}), "1Z" + g.digits(16)}
}

func orderLineRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{orderID(1 + (n-1)/2), int64(1 + (n-1)%2), "SKU-" + g.digits(6), int64(1 + g.IntN(9)), g.money(1, 120)}
}

func paymentRow(g generator, n int) sqlengine.Row {
	row := sqlengine.Row{"PAY-" + g.digits(10), orderID(n), nil, nil, nil, g.money(5, 900), g.hash()}
	if n%4 == 0 {
		row[4] = g.iban()
	} else {
		row[2], row[3] = g.card(), fullName(1+g.IntN(sampleCustomers))
	}
	return row
}

func regionRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{fmt.Sprintf("%s-%02d", sampleRegions[n%3], n), email(800 + n), g.money(100000, 900000)}
}

func employeeID(n int) string { return fmt.Sprintf("E%06d", 4000+n) }

func employeeRow(g generator, n int) sqlengine.Row {
	f, l := person(300 + n)
	return sqlengine.Row{employeeID(n), f + " " + l, lower(f) + "." + lower(l) + "@corp.example", email(300 + n), g.phone(), g.ssn(), g.day(1962, 2002),
		pick(g, []string{"Sales", "Support", "Finance", "People", "Engineering"}), g.day(2010, 2025)}
}

func salaryRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{employeeID(n), g.money(32000, 140000), g.money(0, 20000), g.iban(), g.day(2024, 2025)}
}

func absenceRow(g generator, _ int) sqlengine.Row {
	return sqlengine.Row{employeeID(1 + g.IntN(sampleEmployees)), pick(g, []string{"holiday", "flu", "back surgery", "parental leave", "migraine"}),
		g.day(2025, 2025), int64(1 + g.IntN(15))}
}

func eventRow(g generator, n int) sqlengine.Row {
	payload := fmt.Sprintf(`{"step":%d,"cart":"%s"}`, g.IntN(5), g.hash()[:16])
	if n%10 == 0 {
		payload = fmt.Sprintf(`{"form":{"email":"%s"}}`, email(1+g.IntN(sampleCustomers)))
	}
	return sqlengine.Row{g.uuid(), g.hash()[:24], g.ip(), "Mozilla/5.0 (compatible)", "https://shop.example/p/" + g.digits(5), g.moment(), payload}
}

func signupRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), fullName(600 + n), email(600 + n), g.phone(), pick(g, []string{"search", "newsletter", "friend"}), g.moment()}
}

func supplierRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{fmt.Sprintf("S%05d", 10000+n), pick(g, lastNames) + " Trading", "DE" + g.digits(9), g.iban(), email(900 + n)}
}

// shipmentRow holds what looks like personal data and is none: batch numbers of
// nine digits in the form 123-45-6789 with group 00, checksums, sixteen digits that fail Luhn.
func shipmentRow(g generator, n int) sqlengine.Row {
	reference := "9999" + g.digits(12)
	for luhn(reference) {
		reference = "9999" + g.digits(12)
	}
	return sqlengine.Row{reference, orderID(n), float64(g.IntN(5000)) / 100, g.digits(3) + "-00-" + g.digits(4), g.hash()[:32]}
}

func rideRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), float64(g.IntN(400)) / 10, g.moment()}
}

func copyRow(_ generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), fullName(n), email(n)}
}
