"""A receiver with FastAPI.

    pip install fastapi uvicorn
    WEBHOOK_SECRET=... python3 fastapi_app.py
"""
import hashlib
import hmac
import json
import os
import socket

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

SECRET = os.environ.get("WEBHOOK_SECRET", "").encode()
if not SECRET:
    raise SystemExit("Set WEBHOOK_SECRET to the webhook's secret.")
BODY_BYTES_MAX = 128 * 1024
app = FastAPI()
seen = set()  # Keep it where you keep the leads: memory forgets at a restart.


@app.post("/webhook")
async def webhook(request: Request):
    body = b""  # The bytes as they came: a model as parameter would lose them.
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            return JSONResponse({"message": "The body is too large"}, 413)
    expected = hmac.new(SECRET, body, hashlib.sha1).hexdigest().encode()
    given = request.headers.get("x-chatzuri-signature", "").encode("latin-1")
    if not hmac.compare_digest(expected, given):
        return JSONResponse({"message": "Signature didn't match"}, 400)
    event_id = request.headers.get("webhook-id")
    if event_id in seen:
        return {"received": True, "duplicate": True}
    event = json.loads(body)
    print("Received:", event["eventType"], event["payload"], flush=True)
    if event_id:
        seen.add(event_id)
    return {"received": True}


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "3000"))))
    print(f"Receiver listens on http://127.0.0.1:{listener.getsockname()[1]}/webhook", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
