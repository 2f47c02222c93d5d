// A receiver in Go, with nothing but its standard library.
//
//	CHATZURI_SECRET=... go run receiver.go
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	bodyBytesMax = 128 * 1024
	bodyTimeMax  = 10 * time.Second
	tolerance    = 300
)

var (
	// CHATZURI_SECRET holds two, with a space between them, while one replaces the other.
	keys        = keysOf(strings.Fields(os.Getenv("CHATZURI_SECRET")))
	unixSeconds = regexp.MustCompile(`^[0-9]{1,15}$`)
	seen        sync.Map // Keep it where you keep the leads: memory forgets at a restart.
)

// The names are those of the webhook's format: Event and Data are the later one's.
type event struct {
	EventType string         `json:"eventType"`
	Payload   map[string]any `json:"payload"`
	Event     string         `json:"event"`
	Data      map[string]any `json:"data"`
}

func webhook(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		answer(w, 405, map[string]any{"message": "Method Not Allowed"})
		return
	}
	// The bytes as they came: json.Marshal escapes "<" and sorts keys.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
	if err != nil {
		answer(w, 413, map[string]any{"message": "The body is too large, or did not come"})
		return
	}
	if !isSigned(r.Header, body) {
		answer(w, 400, map[string]any{"message": "Signature didn't match"})
		return
	}
	id := r.Header.Get("Webhook-Id")
	if _, repeated := seen.Load(id); repeated {
		answer(w, 200, map[string]any{"received": true, "duplicate": true})
		return
	}
	var got event
	if err := json.Unmarshal(body, &got); err != nil {
		answer(w, 400, map[string]any{"message": "Not JSON"})
		return
	}
	if got.EventType == "" {
		got.EventType, got.Payload = got.Event, got.Data
	}
	fmt.Println("Received:", got.EventType, got.Payload)
	seen.Store(id, true)
	answer(w, 200, map[string]any{"received": true})
}

// By webhook-signature and nothing else: the older header signs no time.
func isSigned(header http.Header, body []byte) bool {
	timestamp := header.Get("Webhook-Timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	age := time.Now().Unix() - seconds
	if err != nil || !unixSeconds.MatchString(timestamp) || age > tolerance || age < -tolerance {
		return false
	}
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", header.Get("Webhook-Id"), timestamp)
		mac.Write(body)
		expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, given := range strings.Split(header.Get("Webhook-Signature"), " ") {
			if hmac.Equal([]byte(expected), []byte(given)) {
				return true
			}
		}
	}
	return false
}

// After whsec_ a secret is base64; one of your own is the key as it is.
func keysOf(secrets []string) (keys [][]byte) {
	for _, secret := range secrets {
		key := []byte(secret)
		if text, found := strings.CutPrefix(secret, "whsec_"); found {
			key, _ = base64.StdEncoding.Strict().DecodeString(text)
		}
		keys = append(keys, key)
	}
	return keys
}

func answer(w http.ResponseWriter, status int, note map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(note)
}

func main() {
	for _, key := range keys {
		if len(key) < 16 { // Unset, or "undefined": keys that anybody has.
			keys = nil
		}
	}
	if len(keys) == 0 {
		panic("Set CHATZURI_SECRET to the webhook's secret, all of it.")
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "3000"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		panic(err)
	}
	fmt.Printf("Receiver listens on http://%s/webhook\n", listener.Addr())
	server := http.Server{Handler: http.HandlerFunc(webhook), ReadTimeout: bodyTimeMax}
	panic(server.Serve(listener))
}
