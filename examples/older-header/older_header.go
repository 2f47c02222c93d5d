// Is a body signed by the older header, in any of the formats? For those who choose it.
//
//	CHATZURI_SECRET=... go run older_header.go "$X_CHATZURI_SIGNATURE" < body.json
package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"log"
	"os"
	"regexp"
	"strings"
)

var (
	ofGuide = regexp.MustCompile(`^[0-9a-f]{40}$`)
	ofEvent = regexp.MustCompile(`^sha256=[0-9a-f]{64}$`)
)

// The header's own form says the hash: none stands in for the other.
func isSigned(header string, body []byte, secrets []string) bool {
	var prefix string
	var algorithm func() hash.Hash
	switch {
	case ofGuide.MatchString(header):
		algorithm = sha1.New
	case ofEvent.MatchString(header):
		prefix, algorithm = "sha256=", sha256.New
	default:
		return false
	}
	for _, secret := range secrets {
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write(body)
		if hmac.Equal([]byte(header), []byte(prefix+hex.EncodeToString(mac.Sum(nil)))) {
			return true
		}
	}
	return false
}

func main() {
	// It holds two, with a space between them, while one replaces the other.
	secrets := strings.Fields(os.Getenv("CHATZURI_SECRET"))
	isSet := len(secrets) > 0
	for _, secret := range secrets {
		isSet = isSet && len(secret) >= 16 // Else "undefined" is one: a key that anybody has.
	}
	if !isSet {
		log.Fatal("Set CHATZURI_SECRET to the webhook's secret, all of it.")
	}
	body, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if isSigned(os.Args[1], body, secrets) {
		fmt.Println("signed")
	} else {
		fmt.Println("not signed")
	}
}
