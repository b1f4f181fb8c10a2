package snowflake

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// sampleTable is a table of the sample: its columns as SQL and its rows, numbered from 1.
type sampleTable struct {
	database, schema, name, comment, columns string
	rows                                     int
	row                                      func(g generator, n int) sqlengine.Row
}

// Numbers of rows that other tables point to.
const (
	sampleCustomers = 120
	sampleEmployees = 60
	sampleOrders    = 200
)

var sampleTables = []sampleTable{
	{"CRM_PROD", "PUBLIC", "CUSTOMERS", "One row per customer",
		"ID NUMBER(38,0) NOT NULL COMMENT 'Key', NAME VARCHAR(200), EMAIL VARCHAR(320), PHONE VARCHAR(40), SSN VARCHAR(11) COMMENT 'US only', COUNTRY VARCHAR(2), " +
			"BIRTH_DATE DATE, CREATED TIMESTAMP_NTZ", sampleCustomers, customerRow},
	{"CRM_PROD", "PUBLIC", "ORDERS", "Orders",
		"ORDER_ID VARCHAR(20) NOT NULL, CUSTOMER_ID NUMBER(38,0), REGION VARCHAR(10), ORDERED TIMESTAMP_NTZ, AMOUNT NUMBER(10,2), CURRENCY VARCHAR(3), TRACKING_NO VARCHAR(30)",
		sampleOrders, orderRow},
	{"CRM_PROD", "PUBLIC", "TICKETS", "Support tickets",
		"TICKET_ID VARCHAR(20) NOT NULL, CUSTOMER_ID NUMBER(38,0), OPENED TIMESTAMP_NTZ, STATUS VARCHAR(20), NOTES VARCHAR COMMENT 'Free text', CLIENT_IP VARCHAR(45)", 150, ticketRow},
	{"CRM_PROD", "PUBLIC", "PAYMENTS", "Payments",
		"PAYMENT_ID VARCHAR(20) NOT NULL, ORDER_ID VARCHAR(20), CARD VARCHAR(19), CARD_HOLDER VARCHAR(200), IBAN VARCHAR(34), AMOUNT NUMBER(10,2), " +
			"FINGERPRINT VARCHAR(64) COMMENT 'SHA-256 of the card'", 150, paymentRow},
	{"CRM_PROD", "PUBLIC", "LOGINS", "Sign-ins to the shop",
		"LOGIN_ID NUMBER(38,0) NOT NULL, CUSTOMER_ID NUMBER(38,0), IP VARCHAR(45), USER_AGENT VARCHAR(200), AT TIMESTAMP_NTZ, OK BOOLEAN", 180, loginRow},
	{"CRM_PROD", "PUBLIC", "ADDRESSES", "Where customers live",
		"CUSTOMER_ID NUMBER(38,0) NOT NULL, STREET VARCHAR(200), CITY VARCHAR(100), COUNTRY VARCHAR(2)", sampleCustomers, addressRow},
	{"CRM_PROD", "PUBLIC", "CONSENTS", "Marketing consent",
		"CUSTOMER_ID NUMBER(38,0) NOT NULL, CHANNEL VARCHAR(10), GIVEN BOOLEAN, GIVEN_ON DATE, TOKEN VARCHAR(36) COMMENT 'Opaque'", 100, consentRow},
	{"HR", "PUBLIC", "EMPLOYEES", "Employees",
		"EMPLOYEE_ID VARCHAR(10) NOT NULL, FULL_NAME VARCHAR(200), WORK_EMAIL VARCHAR(320), PRIVATE_EMAIL VARCHAR(320), PHONE VARCHAR(40), SSN VARCHAR(11), BIRTH_DATE DATE, " +
			"DEPARTMENT VARCHAR(40), SALARY NUMBER(10,2), HIRED_ON DATE", sampleEmployees, employeeRow},
	{"HR", "PUBLIC", "PAYROLL", "Where salaries go",
		"EMPLOYEE_ID VARCHAR(10) NOT NULL, BONUS NUMBER(10,2), IBAN VARCHAR(34), VALID_FROM DATE", sampleEmployees, payrollRow},
	{"HR", "PUBLIC", "ABSENCES", "Days off",
		"EMPLOYEE_ID VARCHAR(10), REASON VARCHAR(100) COMMENT 'May be medical', FIRST_DAY DATE, DAYS NUMBER(3,0)", 70, absenceRow},
	{"SALES", "PUBLIC", "LEADS", "People who asked for an offer",
		"LEAD_ID NUMBER(38,0) NOT NULL, CONTACT VARCHAR(200), WORK_EMAIL VARCHAR(320), MOBILE VARCHAR(40), JOB_TITLE VARCHAR(60)", 80, leadRow},
	{"SALES", "PUBLIC", "REGIONS", "Sales regions",
		"REGION VARCHAR(10) NOT NULL, MANAGER_EMAIL VARCHAR(320), TARGET NUMBER(12,2)", 30, regionRow},
	{"RAW", "WEB", "EVENTS", "Clickstream",
		"EVENT_ID VARCHAR(36) NOT NULL, SESSION_ID VARCHAR(24), IP VARCHAR(45), URL VARCHAR(500), AT TIMESTAMP_NTZ, PAYLOAD VARIANT", 200, eventRow},
	{"RAW", "WEB", "SIGNUPS", "Sign-up form",
		"ID NUMBER(38,0) NOT NULL, NAME VARCHAR(200), EMAIL VARCHAR(320), PHONE VARCHAR(40), REFERRER VARCHAR(40), AT TIMESTAMP_NTZ", 90, signupRow},
	{"RAW", "ERP", "SUPPLIERS", "Suppliers",
		"SUPPLIER_NO VARCHAR(10) NOT NULL, NAME VARCHAR(200), VAT_ID VARCHAR(15), IBAN VARCHAR(34), CONTACT VARCHAR(320)", 40, supplierRow},
	{"RAW", "ERP", "SHIPMENTS", "Shipments, no personal data",
		"SHIPMENT_NO VARCHAR(20) NOT NULL, ORDER_REF VARCHAR(20), WEIGHT FLOAT, BATCH VARCHAR(20), CHECKSUM VARCHAR(32)", 120, shipmentRow},
}

func customerRow(g generator, n int) sqlengine.Row {
	_, _, country := g.address()
	var ssn sqlengine.Value
	if country == "US" || n%3 == 0 {
		ssn = g.ssn()
	}
	return sqlengine.Row{int64(n), fullName(n), email(n), g.phone(), ssn, country, g.day(1950, 2004), g.moment()}
}

func addressRow(g generator, n int) sqlengine.Row {
	street, city, country := g.address()
	return sqlengine.Row{int64(n), street, city, country}
}

func orderID(n int) string { return fmt.Sprintf("ORD-%08d", 70000000+n*37) }

var sampleRegions = []string{"EMEA", "AMER", "APAC"}

func orderRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{orderID(n), int64(1 + g.IntN(sampleCustomers)), pick(g, sampleRegions), g.moment(), g.money(5, 900),
		pick(g, []string{"EUR", "USD", "GBP"}), "1Z" + g.digits(16)}
}

func ticketRow(g generator, n int) sqlengine.Row {
	customer := 1 + g.IntN(sampleCustomers)
	return sqlengine.Row{fmt.Sprintf("T-%06d", 100000+n), int64(customer), g.moment(), pick(g, []string{"open", "waiting", "closed"}), g.text(customer), g.ip()}
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

func loginRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), int64(1 + g.IntN(sampleCustomers)), g.ip(), "Mozilla/5.0 (compatible)", g.moment(), g.IntN(10) > 0}
}

func consentRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), pick(g, []string{"mail", "phone", "post"}), g.IntN(3) > 0, g.day(2022, 2025), g.uuid()}
}

func employeeID(n int) string { return fmt.Sprintf("E%06d", 4000+n) }

func employeeRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{employeeID(n), fullName(300 + n), fmt.Sprintf("e%d@corp.example", 4000+n), email(300 + n), g.phone(), g.ssn(), g.day(1962, 2002),
		pick(g, []string{"Sales", "Support", "Finance", "People", "Engineering"}), g.money(32000, 140000), g.day(2010, 2025)}
}

func payrollRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{employeeID(n), g.money(0, 20000), g.iban(), g.day(2024, 2025)}
}

func absenceRow(g generator, _ int) sqlengine.Row {
	return sqlengine.Row{employeeID(1 + g.IntN(sampleEmployees)), pick(g, []string{"holiday", "flu", "back surgery", "parental leave", "migraine"}),
		g.day(2025, 2025), int64(1 + g.IntN(15))}
}

func leadRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), fullName(500 + n), email(500 + n), g.phone(), pick(g, []string{"Buyer", "CFO", "Warehouse lead", "Office manager"})}
}

func regionRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{fmt.Sprintf("%s-%02d", sampleRegions[n%3], n), email(800 + n), g.money(100000, 900000)}
}

func eventRow(g generator, n int) sqlengine.Row {
	payload := &sqlengine.Map{Keys: []string{"step", "cart"}, Values: []sqlengine.Value{int64(g.IntN(5)), g.hash()[:16]}}
	if n%10 == 0 {
		form := &sqlengine.Map{Keys: []string{"email"}, Values: []sqlengine.Value{email(1 + g.IntN(sampleCustomers))}}
		payload = &sqlengine.Map{Keys: []string{"form"}, Values: []sqlengine.Value{form}}
	}
	return sqlengine.Row{g.uuid(), g.hash()[:24], g.ip(), "https://shop.example/p/" + g.digits(5), g.moment(), payload}
}

func signupRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), fullName(600 + n), email(600 + n), g.phone(), pick(g, []string{"search", "newsletter", "friend"}), g.moment()}
}

func supplierRow(g generator, n int) sqlengine.Row {
	return sqlengine.Row{fmt.Sprintf("S%05d", 10000+n), pick(g, lastNames) + " Trading", "DE" + g.digits(9), g.iban(), email(900 + n)}
}

// shipmentRow holds what looks like personal data and is none: batch numbers of nine digits in the form 123-00-6789, whose middle group no
// social security number has, checksums, sixteen digits that fail Luhn.
func shipmentRow(g generator, n int) sqlengine.Row {
	reference := "9999" + g.digits(12)
	for luhn(reference) {
		reference = "9999" + g.digits(12)
	}
	return sqlengine.Row{reference, orderID(n), float64(g.IntN(5000)) / 100, g.digits(3) + "-00-" + g.digits(4), g.hash()[:32]}
}
