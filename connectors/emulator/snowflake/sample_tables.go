package snowflake

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sample"
	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// sampleTable is a table of the sample: its columns as SQL and its rows, numbered from 1.
type sampleTable struct {
	database, schema, name, comment, columns string
	rows                                     int
	row                                      func(g sample.Generator, n int) sqlengine.Row
}

var sampleTables = []sampleTable{
	{"CRM_PROD", "PUBLIC", "CUSTOMERS", "One row per customer",
		"ID NUMBER(38,0) NOT NULL COMMENT 'Key', NAME VARCHAR(200), EMAIL VARCHAR(320), PHONE VARCHAR(40), SSN VARCHAR(11) COMMENT 'US only', COUNTRY VARCHAR(2), " +
			"BIRTH_DATE DATE, CREATED TIMESTAMP_NTZ", sample.Customers, customerRow},
	{"CRM_PROD", "PUBLIC", "ORDERS", "Orders",
		"ORDER_ID VARCHAR(20) NOT NULL, CUSTOMER_ID NUMBER(38,0), REGION VARCHAR(10), ORDERED TIMESTAMP_NTZ, AMOUNT NUMBER(10,2), CURRENCY VARCHAR(3), TRACKING_NO VARCHAR(30)",
		sample.Orders, sample.OrderRow},
	{"CRM_PROD", "PUBLIC", "TICKETS", "Support tickets",
		"TICKET_ID VARCHAR(20) NOT NULL, CUSTOMER_ID NUMBER(38,0), OPENED TIMESTAMP_NTZ, STATUS VARCHAR(20), NOTES VARCHAR COMMENT 'Free text', CLIENT_IP VARCHAR(45)", 150, sample.TicketRow},
	{"CRM_PROD", "PUBLIC", "PAYMENTS", "Payments",
		"PAYMENT_ID VARCHAR(20) NOT NULL, ORDER_ID VARCHAR(20), CARD VARCHAR(19), CARD_HOLDER VARCHAR(200), IBAN VARCHAR(34), AMOUNT NUMBER(10,2), " +
			"FINGERPRINT VARCHAR(64) COMMENT 'SHA-256 of the card'", 150, sample.PaymentRow},
	{"CRM_PROD", "PUBLIC", "LOGINS", "Sign-ins to the shop",
		"LOGIN_ID NUMBER(38,0) NOT NULL, CUSTOMER_ID NUMBER(38,0), IP VARCHAR(45), USER_AGENT VARCHAR(200), AT TIMESTAMP_NTZ, OK BOOLEAN", 180, loginRow},
	{"CRM_PROD", "PUBLIC", "ADDRESSES", "Where customers live",
		"CUSTOMER_ID NUMBER(38,0) NOT NULL, STREET VARCHAR(200), CITY VARCHAR(100), COUNTRY VARCHAR(2)", sample.Customers, addressRow},
	{"CRM_PROD", "PUBLIC", "CONSENTS", "Marketing consent",
		"CUSTOMER_ID NUMBER(38,0) NOT NULL, CHANNEL VARCHAR(10), GIVEN BOOLEAN, GIVEN_ON DATE, TOKEN VARCHAR(36) COMMENT 'Opaque'", 100, sample.ConsentRow},
	{"HR", "PUBLIC", "EMPLOYEES", "Employees",
		"EMPLOYEE_ID VARCHAR(10) NOT NULL, FULL_NAME VARCHAR(200), WORK_EMAIL VARCHAR(320), PRIVATE_EMAIL VARCHAR(320), PHONE VARCHAR(40), SSN VARCHAR(11), BIRTH_DATE DATE, " +
			"DEPARTMENT VARCHAR(40), SALARY NUMBER(10,2), HIRED_ON DATE", sample.Employees, employeeRow},
	{"HR", "PUBLIC", "PAYROLL", "Where salaries go",
		"EMPLOYEE_ID VARCHAR(10) NOT NULL, BONUS NUMBER(10,2), IBAN VARCHAR(34), VALID_FROM DATE", sample.Employees, payrollRow},
	{"HR", "PUBLIC", "ABSENCES", "Days off",
		"EMPLOYEE_ID VARCHAR(10), REASON VARCHAR(100) COMMENT 'May be medical', FIRST_DAY DATE, DAYS NUMBER(3,0)", 70, sample.AbsenceRow},
	{"SALES", "PUBLIC", "LEADS", "People who asked for an offer",
		"LEAD_ID NUMBER(38,0) NOT NULL, CONTACT VARCHAR(200), WORK_EMAIL VARCHAR(320), MOBILE VARCHAR(40), JOB_TITLE VARCHAR(60)", 80, leadRow},
	{"SALES", "PUBLIC", "REGIONS", "Sales regions",
		"REGION VARCHAR(10) NOT NULL, MANAGER_EMAIL VARCHAR(320), TARGET NUMBER(12,2)", 30, sample.RegionRow},
	{"RAW", "WEB", "EVENTS", "Clickstream",
		"EVENT_ID VARCHAR(36) NOT NULL, SESSION_ID VARCHAR(24), IP VARCHAR(45), URL VARCHAR(500), AT TIMESTAMP_NTZ, PAYLOAD VARIANT", 200, eventRow},
	{"RAW", "WEB", "SIGNUPS", "Sign-up form",
		"ID NUMBER(38,0) NOT NULL, NAME VARCHAR(200), EMAIL VARCHAR(320), PHONE VARCHAR(40), REFERRER VARCHAR(40), AT TIMESTAMP_NTZ", 90, sample.SignupRow},
	{"RAW", "ERP", "SUPPLIERS", "Suppliers",
		"SUPPLIER_NO VARCHAR(10) NOT NULL, NAME VARCHAR(200), VAT_ID VARCHAR(15), IBAN VARCHAR(34), CONTACT VARCHAR(320)", 40, sample.SupplierRow},
	{"RAW", "ERP", "SHIPMENTS", "Shipments, no personal data",
		"SHIPMENT_NO VARCHAR(20) NOT NULL, ORDER_REF VARCHAR(20), WEIGHT FLOAT, BATCH VARCHAR(20), CHECKSUM VARCHAR(32)", 120, sample.ShipmentRow},
}

func customerRow(g sample.Generator, n int) sqlengine.Row {
	_, _, country := g.Address()
	var ssn sqlengine.Value
	if country == "US" || n%3 == 0 {
		ssn = g.SSN()
	}
	return sqlengine.Row{int64(n), sample.FullName(n), sample.Email(n), g.Phone(), ssn, country, g.Day(1950, 2004), g.Moment()}
}

func addressRow(g sample.Generator, n int) sqlengine.Row {
	street, city, country := g.Address()
	return sqlengine.Row{int64(n), street, city, country}
}

func loginRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), int64(1 + g.IntN(sample.Customers)), g.IP(), "Mozilla/5.0 (compatible)", g.Moment(), g.IntN(10) > 0}
}

func employeeRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{sample.EmployeeID(n), sample.FullName(300 + n), fmt.Sprintf("e%d@corp.example", 4000+n), sample.Email(300 + n), g.Phone(), g.SSN(), g.Day(1962, 2002),
		sample.Pick(g, []string{"Sales", "Support", "Finance", "People", "Engineering"}), g.Money(32000, 140000), g.Day(2010, 2025)}
}

func payrollRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{sample.EmployeeID(n), g.Money(0, 20000), g.IBAN(), g.Day(2024, 2025)}
}

func leadRow(g sample.Generator, n int) sqlengine.Row {
	return sqlengine.Row{int64(n), sample.FullName(500 + n), sample.Email(500 + n), g.Phone(), sample.Pick(g, []string{"Buyer", "CFO", "Warehouse lead", "Office manager"})}
}

func eventRow(g sample.Generator, n int) sqlengine.Row {
	payload := &sqlengine.Map{Keys: []string{"step", "cart"}, Values: []sqlengine.Value{int64(g.IntN(5)), g.Hash()[:16]}}
	if n%10 == 0 {
		form := &sqlengine.Map{Keys: []string{"email"}, Values: []sqlengine.Value{sample.Email(1 + g.IntN(sample.Customers))}}
		payload = &sqlengine.Map{Keys: []string{"form"}, Values: []sqlengine.Value{form}}
	}
	return sqlengine.Row{g.UUID(), g.Hash()[:24], g.IP(), "https://shop.example/p/" + g.Digits(5), g.Moment(), payload}
}
