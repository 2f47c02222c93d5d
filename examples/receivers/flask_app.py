"""A receiver with Flask.

    pip install flask
    CHATZURI_SECRET=... python3 flask_app.py
"""
import base64
import hashlib
import hmac
import os
import re
import time

from flask import Flask, jsonify, request

TOLERANCE_SECONDS = 300
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 128 * 1024
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


@app.post("/webhook")
def webhook():
    body = request.get_data()  # The bytes as they came, before request.get_json().
    if not is_signed(request.headers, body):
        return jsonify(message="Signature didn't match"), 400
    event_id = request.headers["webhook-id"]
    if event_id in seen:
        return jsonify(received=True, duplicate=True)
    event = request.get_json()
    kind = event.get("eventType", event.get("event"))  # By the webhook's format.
    print("Received:", kind, event.get("payload", event.get("data")), flush=True)
    seen.add(event_id)
    return jsonify(received=True)


if __name__ == "__main__":
    from werkzeug.serving import WSGIRequestHandler, make_server

    WSGIRequestHandler.timeout = 10  # Seconds, for a body that doesn't come.
    port = int(os.environ.get("PORT", "3000"))
    server = make_server("127.0.0.1", port, app, threaded=True)
    print(f"Receiver listens on http://127.0.0.1:{server.server_port}/webhook", flush=True)
    server.serve_forever()
