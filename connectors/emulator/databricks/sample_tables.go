package databricks

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sample"
	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// sampleTableDef is a table of the sample: its columns as SQL and its rows,
// numbered from 1.
type sampleTableDef struct {
	name, comment, columns string
	rows                   int
	row                    func(g sample.Generator, n int) sqlengine.Row
}

var sampleTables = []sampleTableDef{
	{"main.crm.customers", "One row per customer",
		"customer_id BIGINT NOT NULL COMMENT 'Key', full_name STRING, email STRING, phone STRING, ssn STRING COMMENT 'US only', date_of_birth DATE, street STRING, city STRING, country STRING, loyalty_no STRING COMMENT 'Printed on the card', created_at TIMESTAMP",
		sample.Customers, customerRow},
	{"main.crm.contacts", "People at business customers",
		"contact_id BIGINT NOT NULL, customer_id BIGINT, name STRING, work_email STRING, mobile STRING, job_title STRING", 80, contactRow},
	{"main.crm.tickets", "Support tickets",
		"ticket_id STRING NOT NULL, customer_id BIGINT, opened_at TIMESTAMP, status STRING, notes STRING COMMENT 'Free text', client_ip STRING", 150, sample.TicketRow},
	{"main.crm.consents", "Marketing consent",
		"customer_id BIGINT NOT NULL, channel STRING, granted BOOLEAN, granted_on DATE, token STRING COMMENT 'Opaque'", 100, sample.ConsentRow},
	{"main.sales.orders", "Orders",
		"order_id STRING NOT NULL, customer_id BIGINT, region STRING, ordered_at TIMESTAMP, amount DECIMAL(10,2), currency STRING, tracking_no STRING", sample.Orders, sample.OrderRow},
	{"main.sales.order_lines", "Lines of orders",
		"order_id STRING NOT NULL, line INT NOT NULL, sku STRING, quantity INT, unit_price DECIMAL(10,2)", 200, orderLineRow},
	{"main.sales.payments", "Payments",
		"payment_id STRING NOT NULL, order_id STRING, card_number STRING, card_holder STRING, iban STRING, amount DECIMAL(10,2), fingerprint STRING COMMENT 'SHA-256 of the card'", 150, sample.PaymentRow},
	{"main.sales.regions", "Sales regions",
		"region STRING NOT NULL, manager_email STRING, target DECIMAL(12,2)", 30, sample.RegionRow},
	{"main.hr.employees", "Employees",
		"employee_id STRING NOT NULL, full_name STRING, work_email STRING, private_email STRING, phone STRING, ssn STRING, date_of_birth DATE, department STRING, hired_on DATE", sample.Employees, employeeRow},
	{"main.hr.salaries", "Salaries",
		"employee_id STRING NOT NULL, salary DECIMAL(10,2), bonus DECIMAL(10,2), iban STRING, valid_from DATE", sample.Employees, salaryRow},
	{"main.hr.absences", "Days off",
		"employee_id STRING, reason STRING COMMENT 'May be medical', first_day DATE, days INT", 70, sample.AbsenceRow},
	{"raw.web.events", "Clickstream",
		"event_id STRING NOT NULL, session_id STRING, ip STRING, user_agent STRING, url STRING, at TIMESTAMP, payload STRING", 200, eventRow},
	{"raw.web.signups", "Sign-up form",
		"id BIGINT NOT NULL, name STRING, email STRING, phone STRING, referrer STRING, at TIMESTAMP", 90, sample.SignupRow},
	{"raw.erp.suppliers", "Suppliers",
		"supplier_no STRING NOT NULL, name STRING, vat_id STRING, iban STRING, contact STRING", 40, sample.SupplierRow},
	{"raw.erp.shipments", "Shipments, no personal data",
		"shipment_no STRING NOT NULL, order_ref STRING, weight DOUBLE, batch STRING, checksum STRING", 120, sample.ShipmentRow},
	{"samples.trips.rides", "Rides, shared", "ride_id BIGINT, distance_km DOUBLE, picked_up TIMESTAMP", 60, rideRow},
	{"sandbox.scratch.customer_copy", "Copied by hand",
		"id BIGINT, who STRING, mail STRING", 30, copyRow},
}

func customerRow(g sample.Generator, n int) sqlengine.Row {
	street, city, country := g.Address()
	var ssn sqlengine.Value
	if country == "US" || n%3 == 0 {
		ssn = g.SSN()
	}
	return sqlengine.Row{int64(n), sample.FullName(n), sample.Email(n), g.Phone(), ssn, g.Day(1950, 2004), street, city, country, "L" + g.Digits(9), g.Moment()}
}

func contactRow(g sample.Generator, n int) sqlengine.Row {
	title := sample.Pick(g, []string{"Buyer", "CFO", "Warehouse lead", "Office manager"})
	return sqlengine.Row{int64(n), int64(1 + g.IntN(sample.Customers)), sample.FullName(500 + n), sample.Email(500 + n), g.Phone(), title}
}

func orderLineRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{sample.OrderID(1 + (n-1)/2), int64(1 + (n-1)%2), "SKU-" + g.Digits(6), int64(1 + g.IntN(9)), g.Money(1, 120)}
}

func employeeRow(g sample.Generator, n int) sqlengine.Row {
	f, l := sample.Person(300 + n)
	return sqlengine.Row{sample.EmployeeID(n), f + " " + l, lower(f) + "." + lower(l) + "@corp.example", sample.Email(300 + n), g.Phone(), g.SSN(), g.Day(1962, 2002),
		sample.Pick(g, []string{"Sales", "Support", "Finance", "People", "Engineering"}), g.Day(2010, 2025)}
}

func salaryRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{sample.EmployeeID(n), g.Money(32000, 140000), g.Money(0, 20000), g.IBAN(), g.Day(2024, 2025)}
}

func eventRow(g sample.Generator, n int) sqlengine.Row {
	payload := fmt.Sprintf(`{"step":%d,"cart":"%s"}`, g.IntN(5), g.Hash()[:16])
	if n%10 == 0 {
		payload = fmt.Sprintf(`{"form":{"email":"%s"}}`, sample.Email(1+g.IntN(sample.Customers)))
	}
	return sqlengine.Row{g.UUID(), g.Hash()[:24], g.IP(), "Mozilla/5.0 (compatible)", "https://shop.example/p/" + g.Digits(5), g.Moment(), payload}
}

func rideRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), float64(g.IntN(400)) / 10, g.Moment()}
}

func copyRow(_ sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), sample.FullName(n), sample.Email(n)}
}
