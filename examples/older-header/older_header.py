"""Is a body signed by the older header, in any of the formats? For those who choose it.

    CHATZURI_SECRET=... python3 older_header.py "$X_CHATZURI_SIGNATURE" < body.json
"""
import hashlib
import hmac
import os
import re
import sys


def is_signed(header, body, secrets):
    """The header's own form says the hash: none stands in for the other."""
    if re.fullmatch("[0-9a-f]{40}", header):
        prefix, algorithm = "", hashlib.sha1
    elif re.fullmatch("sha256=[0-9a-f]{64}", header):
        prefix, algorithm = "sha256=", hashlib.sha256
    else:
        return False
    return any(
        hmac.compare_digest(header, prefix + hmac.new(secret.encode(), body, algorithm).hexdigest())
        for secret in secrets
    )


# It holds two, with a space between them, while one replaces the other.
SECRETS = os.environ.get("CHATZURI_SECRET", "").split()
if not SECRETS or min(map(len, SECRETS)) < 16:  # Unset, or "undefined": keys that anybody has.
    raise SystemExit("Set CHATZURI_SECRET to the webhook's secret, all of it.")
is_right = is_signed(sys.argv[1], sys.stdin.buffer.read(), SECRETS)
print("signed" if is_right else "not signed")
