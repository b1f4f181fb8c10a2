package snowflake

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

// privateKey reads an RSA key from PEM. None of its errors holds any part of the key or the passphrase.
func privateKey(text, passphrase []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text) // what stands behind the first block is none of the key
	if block == nil {
		return nil, errors.New("the private key is not PEM")
	}
	der := block.Bytes
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		if len(passphrase) == 0 {
			return nil, errors.New("the private key is encrypted and no passphrase is given")
		}
		plain, err := decryptPKCS8(der, passphrase)
		if err != nil {
			return nil, fmt.Errorf("decrypt the private key: %w", err)
		}
		der = plain
	}
	key, err := parseRSA(der)
	if err != nil {
		return nil, err
	}
	if key.N.BitLen() < 2048 {
		return nil, fmt.Errorf("the private key has %d bits; Snowflake takes 2048 or more", key.N.BitLen())
	}
	return key, nil
}

func parseRSA(der []byte) (*rsa.PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	any, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("the private key is neither PKCS #8 nor PKCS #1, or the passphrase is wrong")
	}
	key, ok := any.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the private key is a %T; Snowflake takes RSA", any)
	}
	return key, nil
}

// The structures of RFC 8018, as far as OpenSSL writes them: PBES2 with PBKDF2 and AES-CBC.
type (
	encryptedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2Params struct {
		Derivation pkix.AlgorithmIdentifier
		Cipher     pkix.AlgorithmIdentifier
	}
	pbkdf2Params struct {
		Salt       []byte
		Iterations int
		KeyLength  int                      `asn1:"optional"`
		PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// maxIterations bounds the work a key file can ask for.
const maxIterations = 10_000_000

var prfs = map[string]func() hash.Hash{
	"":                    sha1.New, // PBKDF2's default
	"1.2.840.113549.2.7":  sha1.New,
	"1.2.840.113549.2.9":  sha256.New,
	"1.2.840.113549.2.11": sha512.New,
}

var aesKeyLengths = map[string]int{
	"2.16.840.1.101.3.4.1.2":  16,
	"2.16.840.1.101.3.4.1.22": 24,
	"2.16.840.1.101.3.4.1.42": 32,
}

func decryptPKCS8(der, passphrase []byte) ([]byte, error) {
	var outer encryptedKey
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, errors.New("its structure is not PKCS #8")
	}
	var scheme pbes2Params
	var kdf pbkdf2Params
	if !outer.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, fmt.Errorf("scheme %s is not known; write the key with PBES2 (openssl pkcs8 -topk8 -v2 aes256)", outer.Algorithm.Algorithm)
	}
	if _, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &scheme); err != nil || !scheme.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, errors.New("its key derivation is not PBKDF2")
	}
	if _, err := asn1.Unmarshal(scheme.Derivation.Parameters.FullBytes, &kdf); err != nil || kdf.Iterations < 1 || kdf.Iterations > maxIterations {
		return nil, errors.New("its key derivation is malformed")
	}
	prf, known := prfs[kdf.PRF.Algorithm.String()]
	length, aesCBC := aesKeyLengths[scheme.Cipher.Algorithm.String()]
	if !known || !aesCBC {
		return nil, errors.New("its cipher is not AES-CBC with HMAC-SHA-1, -256 or -512")
	}
	var iv []byte
	if _, err := asn1.Unmarshal(scheme.Cipher.Parameters.FullBytes, &iv); err != nil || len(iv) != aes.BlockSize {
		return nil, errors.New("its initialisation vector is malformed")
	}
	key, err := pbkdf2.Key(prf, string(passphrase), kdf.Salt, kdf.Iterations, length)
	if err != nil {
		return nil, err
	}
	return decryptCBC(key, iv, outer.Data)
}

func decryptCBC(key, iv, data []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	if len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("its length is no multiple of the cipher's block")
	}
	plain := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, data)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize {
		return nil, errors.New("the passphrase is wrong")
	}
	return plain[:len(plain)-pad], nil
}
