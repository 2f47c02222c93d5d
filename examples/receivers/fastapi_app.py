"""A receiver with FastAPI.

    pip install fastapi uvicorn
    CHATZURI_SECRET=... python3 fastapi_app.py
"""
import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import time

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

BODY_BYTES_MAX = 128 * 1024
BODY_SECONDS_MAX = 10
TOLERANCE_SECONDS = 300
app = FastAPI()
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


async def read_body(request):
    """The bytes as they came, which a model as a parameter would lose. None: too many."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            return None
    return body


@app.post("/webhook")
async def webhook(request: Request):
    try:
        body = await asyncio.wait_for(read_body(request), BODY_SECONDS_MAX)
    except asyncio.TimeoutError:
        return JSONResponse({"message": "The body did not come"}, 408, {"connection": "close"})
    if body is None:
        return JSONResponse({"message": "The body is too large"}, 413, {"connection": "close"})
    if not is_signed(request.headers, body):
        return JSONResponse({"message": "Signature didn't match"}, 400)
    event_id = request.headers["webhook-id"]
    if event_id in seen:
        return {"received": True, "duplicate": True}
    event = json.loads(body)
    kind = event.get("eventType", event.get("event"))  # By the webhook's format.
    print("Received:", kind, event.get("payload", event.get("data")), flush=True)
    seen.add(event_id)
    return {"received": True}


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "3000"))))
    print(f"Receiver listens on http://127.0.0.1:{listener.getsockname()[1]}/webhook", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
