package classify

// weightedSum adds digits times weights; s has at least as many digits as there are weights.
func weightedSum(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return sum
}

func hkHKID(s string) bool {
	sum := 36 * 9
	switch len(s) {
	case 8:
	case 9:
		sum, s = base36(s[0])*9, s[1:]
	default:
		return false
	}
	if !digitsOnly(s[1:7]) || base36(s[0]) < 10 {
		return false
	}
	sum += base36(s[0])*8 + weightedSum(s[1:], 7, 6, 5, 4, 3, 2)
	return "0A987654321"[sum%11] == s[7]
}

// twLetters lists the letters in the order of their values, from 10 on.
const twLetters = "ABCDEFGHJKLMNPQRSTUVXYWZIO"

func twID(s string) bool {
	if len(s) != 10 || !digitsOnly(s[1:]) {
		return false
	}
	for i := range len(twLetters) {
		if twLetters[i] == s[0] {
			return ((10+i)/10+(10+i)%10*9+weightedSum(s[1:], 8, 7, 6, 5, 4, 3, 2, 1, 1))%10 == 0
		}
	}
	return false
}

func nzIRD(s string) bool {
	if !digitsOnly(s) || len(s) < 8 || len(s) > 9 {
		return false
	}
	last := len(s) - 1
	first, rest := 0, s
	if last == 8 { // a number of eight digits has a 0 in front
		first, rest = int(s[0]-'0'), s[1:]
	}
	check := (11 - (3*first+weightedSum(rest, 2, 7, 6, 5, 4, 3, 2))%11) % 11
	if check == 10 {
		check = (11 - (7*first+weightedSum(rest, 4, 3, 2, 5, 2, 7, 6))%11) % 11
	}
	return check == int(s[last]-'0')
}

func ruSNILS(s string) bool {
	return len(s) == 11 && digitsOnly(s) && weightedSum(s, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == remainder(s[9:], 100)
}
