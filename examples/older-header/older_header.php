<?php
// Is a body signed by the older header, in any of the formats? For those who choose it.
//
//     CHATZURI_SECRET=... php older_header.php "$X_CHATZURI_SIGNATURE" < body.json

/** The header's own form says the hash: none stands in for the other. */
function isSigned(string $header, string $body, array $secrets): bool
{
    if (preg_match('/^[0-9a-f]{40}$/D', $header)) {
        [$prefix, $algorithm] = ['', 'sha1'];
    } elseif (preg_match('/^sha256=[0-9a-f]{64}$/D', $header)) {
        [$prefix, $algorithm] = ['sha256=', 'sha256'];
    } else {
        return false;
    }
    foreach ($secrets as $secret) {
        if (hash_equals($prefix . hash_hmac($algorithm, $body, $secret), $header)) {
            return true;
        }
    }
    return false;
}

// It holds two, with a space between them, while one replaces the other.
$secrets = explode(' ', getenv('CHATZURI_SECRET') ?: '');
if (min(array_map('strlen', $secrets)) < 16) { // Unset, or "undefined": keys that anybody has.
    fwrite(STDERR, "Set CHATZURI_SECRET to the webhook's secret, all of it.\n");
    exit(1);
}
echo isSigned($argv[1], file_get_contents('php://stdin'), $secrets) ? "signed\n" : "not signed\n";
