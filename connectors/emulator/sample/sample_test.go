package sample

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

func TestValuesAreValidAndBelongToNobody(t *testing.T) {
	g := NewGenerator("seed")
	for n := range 500 {
		if card := g.Card(); len(card) != 15 && len(card) != 16 || !luhn(card) {
			t.Errorf("card %s", card)
		}
		if iban := g.IBAN(); mod97(iban[4:]+iban[:4]) != 1 {
			t.Errorf("IBAN %s", iban)
		}
		if ssn := g.SSN(); strings.HasPrefix(ssn, "666") || strings.HasPrefix(ssn, "9") || strings.HasPrefix(ssn, "000") || strings.Contains(ssn, "-00-") {
			t.Errorf("social security number %s", ssn)
		}
		if phone := g.Phone(); !strings.Contains(phone, " 555-01") {
			t.Errorf("phone %s", phone)
		}
		if _, domain, _ := strings.Cut(Email(n), "@"); !strings.HasPrefix(domain, "example.") {
			t.Errorf("email %s", Email(n))
		}
		if ip := netip.MustParseAddr(g.IP()); !documentation(ip) {
			t.Errorf("address %s", ip)
		}
	}
}

func documentation(ip netip.Addr) bool {
	for _, block := range []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"} {
		if netip.MustParsePrefix(block).Contains(ip) {
			return true
		}
	}
	return false
}

func TestOneSeedGivesTheSame(t *testing.T) {
	for n := range 20 {
		a, b := PaymentRow(NewGenerator("t"), n), PaymentRow(NewGenerator("t"), n)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%v is not %v", a, b)
		}
	}
	if reflect.DeepEqual(OrderRow(NewGenerator("t"), 1), OrderRow(NewGenerator("u"), 1)) {
		t.Error("two seeds give one order")
	}
}

func TestShipmentsOnlyLookPersonal(t *testing.T) {
	g := NewGenerator("shipments")
	for n := range 200 {
		row := ShipmentRow(g, n)
		if luhn(row[0].(string)) || !strings.Contains(row[3].(string), "-00-") {
			t.Errorf("%v", row)
		}
	}
}
