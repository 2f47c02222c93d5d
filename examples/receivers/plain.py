"""A receiver in Python, with nothing but its standard library.

    WEBHOOK_SECRET=... python3 plain.py
"""
import hashlib
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("WEBHOOK_SECRET", "").encode()
if not SECRET:
    raise SystemExit("Set WEBHOOK_SECRET to the webhook's secret.")
BODY_BYTES_MAX = 128 * 1024
seen = set()  # Keep it where you keep the leads: memory forgets at a restart.


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        if length > BODY_BYTES_MAX:
            return self.answer(413, {"message": "The body is too large"})
        body = self.rfile.read(length)  # The bytes as they came: json.dumps writes others.
        expected = hmac.new(SECRET, body, hashlib.sha1).hexdigest().encode()
        given = self.headers.get("x-chatzuri-signature", "").encode("latin-1")
        if not hmac.compare_digest(expected, given):
            return self.answer(400, {"message": "Signature didn't match"})
        event_id = self.headers.get("webhook-id")
        if event_id in seen:
            return self.answer(200, {"received": True, "duplicate": True})
        event = json.loads(body)
        print("Received:", event["eventType"], event["payload"], flush=True)
        if event_id:
            seen.add(event_id)
        self.answer(200, {"received": True})

    def do_GET(self):
        self.answer(405, {"message": "Method Not Allowed"})

    do_PUT = do_DELETE = do_PATCH = do_GET

    def answer(self, status, note):
        text = json.dumps(note).encode()
        self.send_response(status)
        if status == 405:
            self.send_header("Allow", "POST")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Receiver)
print(f"Receiver listens on http://127.0.0.1:{server.server_port}/webhook", flush=True)
server.serve_forever()
