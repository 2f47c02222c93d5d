"""A receiver with Flask.

    pip install flask
    WEBHOOK_SECRET=... python3 flask_app.py
"""
import hashlib
import hmac
import os

from flask import Flask, jsonify, request

SECRET = os.environ.get("WEBHOOK_SECRET", "").encode()
if not SECRET:
    raise SystemExit("Set WEBHOOK_SECRET to the webhook's secret.")
app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 128 * 1024
seen = set()  # Keep it where you keep the leads: memory forgets at a restart.


@app.post("/webhook")
def webhook():
    body = request.get_data()  # The bytes as they came, before request.get_json().
    expected = hmac.new(SECRET, body, hashlib.sha1).hexdigest().encode()
    given = request.headers.get("x-chatzuri-signature", "").encode("latin-1")
    if not hmac.compare_digest(expected, given):
        return jsonify(message="Signature didn't match"), 400
    event_id = request.headers.get("webhook-id")
    if event_id in seen:
        return jsonify(received=True, duplicate=True)
    event = request.get_json()
    print("Received:", event["eventType"], event["payload"], flush=True)
    if event_id:
        seen.add(event_id)
    return jsonify(received=True)


if __name__ == "__main__":
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", int(os.environ.get("PORT", "3000")), app, threaded=True)
    print(f"Receiver listens on http://127.0.0.1:{server.server_port}/webhook", flush=True)
    server.serve_forever()
