"""A receiver in Python, with nothing but its standard library.

    CHATZURI_SECRET=... python3 plain.py
"""
import base64
import hashlib
import hmac
import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODY_BYTES_MAX = 128 * 1024
BODY_SECONDS_MAX = 10
TOLERANCE_SECONDS = 300
seen = set()  # Keep it where you keep the leads: memory forgets at a restart.


def key_of(secret):
    """After whsec_ it is base64; a secret of your own is the key as it is."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret[len("whsec_"):], validate=True)
    except ValueError:
        return b""


# It holds two, with a space between them, while one replaces the other.
KEYS = [key_of(secret) for secret in os.environ.get("CHATZURI_SECRET", "").split()]
if not KEYS or min(map(len, KEYS)) < 16:  # Unset, or "undefined": keys that anybody has.
    raise SystemExit("Set CHATZURI_SECRET to the webhook's secret, all of it.")


def is_signed(headers, body):
    """By webhook-signature and nothing else: the older header signs no time."""
    timestamp = headers.get("webhook-timestamp", "")
    if not re.fullmatch("[0-9]{1,15}", timestamp):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    before = f"{headers.get('webhook-id', '')}.{timestamp}.".encode("latin-1")
    given = headers.get("webhook-signature", "").encode("latin-1").split(b" ")
    for key in KEYS:
        digest = hmac.new(key, before + body, hashlib.sha256).digest()
        expected = b"v1," + base64.b64encode(digest)
        if any(hmac.compare_digest(expected, signature) for signature in given):
            return True
    return False


class Receiver(BaseHTTPRequestHandler):
    timeout = BODY_SECONDS_MAX

    def do_POST(self):
        body = self.read_body()  # The bytes as they came: json.dumps writes others.
        if body is None:
            return
        if not is_signed(self.headers, body):
            return self.answer(400, {"message": "Signature didn't match"})
        event_id = self.headers["webhook-id"]
        if event_id in seen:
            return self.answer(200, {"received": True, "duplicate": True})
        event = json.loads(body)
        kind = event.get("eventType", event.get("event"))  # By the webhook's format.
        print("Received:", kind, event.get("payload", event.get("data")), flush=True)
        seen.add(event_id)
        self.answer(200, {"received": True})

    def read_body(self):
        """None: it was answered why not. int() alone takes -1, and read(-1) whatever comes."""
        lengths = self.headers.get_all("content-length", [])
        is_number = len(lengths) == 1 and re.fullmatch("[0-9]{1,15}", lengths[0])
        if not is_number or "transfer-encoding" in self.headers:
            return self.answer(411, {"message": "One Content-Length is needed"})
        length = int(lengths[0])
        if length > BODY_BYTES_MAX:
            return self.answer(413, {"message": "The body is too large"})
        body, until = b"", time.monotonic() + BODY_SECONDS_MAX
        while len(body) < length:
            piece = self.rfile.read1(length - len(body))
            if not piece or time.monotonic() > until:
                return self.answer(408, {"message": "The body did not come"})
            body += piece
        return body

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
