package classify

import (
	"slices"
	"strings"
)

// ofOwners is the classifier that words for people in some part are phrases of: a patient, a sender, a contact.
const ofOwners = "full_name"

// nameWords say in many languages that a column has the name of somebody, not what is somebody's.
var nameWords = list(`name names fullname nome nomi nom noms nombre nombres naam namn navn nimi nev jmeno imie nazwisko ime prezime ad adi isim nama ten fio imya
shimei namae mei xingming ming apellido apellidos cognome prenom vorname nachname surname prenume nume onoma onomateponymo`)

// dropOwners drops from the hits in a name the people of whom another type beside them is: a beneficiary's town is a
// town, and a telephone of the emergency contact a telephone.
func dropOwners(hits map[string][]hit) {
	list, ok := hits[ofOwners]
	if !ok || len(hits) == 1 {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(list), func(h hit) bool {
		return h.kind != phraseNot && isOwner(h.text) && ownsOther(h, hits)
	})
	if len(kept) == 0 {
		delete(hits, ofOwners)
		return
	}
	hits[ofOwners] = kept
}

// isOwner reports whether a phrase is of people, and not of their names.
func isOwner(text string) bool {
	return isASCII(text) && !slices.ContainsFunc(strings.Fields(text), func(w string) bool {
		_, ok := slices.BinarySearch(nameWords, w)
		return ok
	})
}

// ownsOther reports whether a plain phrase of another type stands beside the hit, or a hint behind it.
func ownsOther(h hit, hits map[string][]hit) bool {
	for name, list := range hits {
		if name == ofOwners {
			continue
		}
		for _, o := range list {
			if o.kind == phrasePlain && (o.to <= h.from || o.from >= h.to) || o.kind == phraseHint && o.from >= h.to {
				return true
			}
		}
	}
	return false
}
