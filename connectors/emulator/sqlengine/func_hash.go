package sqlengine

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"hash/fnv"
	"strings"
	"unicode/utf8"
)

func bytesOf(v Value) []byte {
	if b, ok := v.([]byte); ok {
		return b
	}
	return []byte(v.(string))
}

func hashFunctions() map[string]builtin {
	text, binary := returns(TypeText), returns(TypeBinary)
	hexed := func(sum func([]byte) []byte) builtin {
		return builtin{params: "y", result: text, eval: func(_ *callInfo, a []Value) (Value, error) {
			return hex.EncodeToString(sum(bytesOf(a[0]))), nil
		}}
	}
	md, sha := hexed(func(b []byte) []byte { s := md5.Sum(b); return s[:] }), hexed(func(b []byte) []byte { s := sha1.Sum(b); return s[:] })
	sha2 := builtin{params: "y?i", result: text, eval: sha2Hex}
	encode := builtin{params: "y", result: text, eval: func(_ *callInfo, a []Value) (Value, error) {
		return base64.StdEncoding.EncodeToString(bytesOf(a[0])), nil
	}}
	hexEncode := builtin{params: "y", result: text, eval: func(_ *callInfo, a []Value) (Value, error) {
		return strings.ToUpper(hex.EncodeToString(bytesOf(a[0]))), nil
	}}
	return map[string]builtin{
		"MD5": md, "MD5_HEX": only(md, onlySnowflake), "SHA1": sha, "SHA": only(sha, onlyDatabricks), "SHA1_HEX": only(sha, onlySnowflake),
		"SHA2": sha2, "SHA2_HEX": only(sha2, onlySnowflake),
		"SHA2_BINARY": {dialects: onlySnowflake, params: "y?i", result: binary, eval: func(x *callInfo, a []Value) (Value, error) {
			return sha2Sum(x, a)
		}},
		"BASE64_ENCODE": only(encode, onlySnowflake), "BASE64": only(encode, onlyDatabricks),
		"BASE64_DECODE_STRING": {dialects: onlySnowflake, params: "t", result: text, eval: decodeText(base64.StdEncoding.DecodeString)},
		"UNBASE64":             {dialects: onlyDatabricks, params: "t", result: binary, eval: decodeBinary(base64.StdEncoding.DecodeString)},
		"BASE64_DECODE_BINARY": {dialects: onlySnowflake, params: "t", result: binary, eval: decodeBinary(base64.StdEncoding.DecodeString)},
		"HEX_ENCODE":           only(hexEncode, onlySnowflake), "HEX": {dialects: onlyDatabricks, params: "x", result: text, eval: hexOf},
		"HEX_DECODE_STRING": {dialects: onlySnowflake, params: "t", result: text, eval: decodeText(hex.DecodeString)},
		"HEX_DECODE_BINARY": {dialects: onlySnowflake, params: "t", result: binary, eval: decodeBinary(hex.DecodeString)},
		"UNHEX":             {dialects: onlyDatabricks, params: "t", result: binary, eval: decodeBinary(hex.DecodeString)},
		"CRC32": {dialects: onlyDatabricks, params: "y", result: returns(TypeBigInt), eval: func(_ *callInfo, a []Value) (Value, error) {
			return int64(crc32.ChecksumIEEE(bytesOf(a[0]))), nil
		}},
		// HASH and xxhash64 promise a stable number, not a known one: the engine's own is stable too.
		"HASH":     {dialects: onlySnowflake, params: "x*", nulls: true, result: returns(Number(19, 0)), eval: hashOf},
		"XXHASH64": {dialects: onlyDatabricks, params: "x*", nulls: true, result: returns(TypeBigInt), eval: hashOf},
		"LUHN_CHECK": {dialects: onlyDatabricks, params: "t", result: returns(TypeBoolean), eval: func(_ *callInfo, a []Value) (Value, error) {
			return luhn(a[0].(string)), nil
		}},
	}
}

func sha2Hex(x *callInfo, a []Value) (Value, error) {
	sum, err := sha2Sum(x, a)
	if sum == nil || err != nil {
		return nil, err
	}
	return hex.EncodeToString(sum), nil
}

func sha2Sum(x *callInfo, a []Value) ([]byte, error) {
	bits, err := intArg(x, a, 1, 256)
	if err != nil {
		return nil, err
	}
	b := bytesOf(a[0])
	switch bits {
	case 0, 256:
		s := sha256.Sum256(b)
		return s[:], nil
	case 224:
		s := sha256.Sum224(b)
		return s[:], nil
	case 384:
		s := sha512.Sum384(b)
		return s[:], nil
	case 512:
		s := sha512.Sum512(b)
		return s[:], nil
	}
	if x.dialect == Databricks {
		return nil, nil
	}
	return nil, x.invalid("the digest size is 224, 256, 384 or 512")
}

func decodeText(decode func(string) ([]byte, error)) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		b, err := decode(a[0].(string))
		if err != nil || !utf8.Valid(b) {
			return nil, x.invalid("text cannot be decoded")
		}
		return string(b), nil
	}
}

func decodeBinary(decode func(string) ([]byte, error)) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		b, err := decode(a[0].(string))
		if err != nil {
			return nil, x.invalid("text cannot be decoded")
		}
		return b, nil
	}
}

func hexOf(x *callInfo, a []Value) (Value, error) {
	if n, ok := a[0].(int64); ok {
		return strings.ToUpper(strings.TrimLeft(hex.EncodeToString(binary.BigEndian.AppendUint64(nil, uint64(n))), "0")), nil
	}
	switch a[0].(type) {
	case string, []byte:
		return strings.ToUpper(hex.EncodeToString(bytesOf(a[0]))), nil
	}
	return nil, errorf(ErrArgumentType, x.name, x.at, "hex takes a whole number, text or binary")
}

func hashOf(_ *callInfo, a []Value) (Value, error) {
	h := fnv.New64a()
	h.Write(rowKey(nil, a))
	return int64(h.Sum64()), nil
}

// luhn checks a text of digits only.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		c := s[len(s)-1-i]
		if !isDigit(c) {
			return false
		}
		d := int(c - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return s != "" && sum%10 == 0
}
