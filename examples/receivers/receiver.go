// A receiver in Go, with nothing but its standard library.
//
//	WEBHOOK_SECRET=... go run receiver.go
package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
)

const bodyBytesMax = 128 * 1024

var (
	secret = []byte(os.Getenv("WEBHOOK_SECRET"))
	seen   sync.Map // Keep it where you keep the leads: memory forgets at a restart.
)

type event struct {
	EventType string         `json:"eventType"`
	ChatbotID string         `json:"chatbotId"`
	Payload   map[string]any `json:"payload"`
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
		answer(w, 413, map[string]any{"message": "The body is too large"})
		return
	}
	mac := hmac.New(sha1.New, secret)
	mac.Write(body)
	expected := hex.EncodeToString(mac.Sum(nil))
	if !hmac.Equal([]byte(expected), []byte(r.Header.Get("X-Chatzuri-Signature"))) {
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
	fmt.Println("Received:", got.EventType, got.Payload)
	if id != "" {
		seen.Store(id, true)
	}
	answer(w, 200, map[string]any{"received": true})
}

func answer(w http.ResponseWriter, status int, note map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(note)
}

func main() {
	if len(secret) == 0 {
		panic("Set WEBHOOK_SECRET to the webhook's secret.")
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
	panic(http.Serve(listener, http.HandlerFunc(webhook)))
}
