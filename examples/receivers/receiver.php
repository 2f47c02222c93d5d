<?php
// A receiver in PHP, for any web server; to try it:
//
//     CHATZURI_SECRET=... php -S 127.0.0.1:3000 receiver.php

const BODY_BYTES_MAX = 128 * 1024;
const TOLERANCE_SECONDS = 300;
header('Content-Type: application/json');

function answer(int $status, array $note): never
{
    http_response_code($status);
    exit(json_encode($note));
}

/** After whsec_ a secret is base64; one of your own is the key as it is. */
function keyOf(string $secret): string
{
    return str_starts_with($secret, 'whsec_') ? (string) base64_decode(substr($secret, 6), true) : $secret;
}

/** By webhook-signature and nothing else: the older header signs no time. */
function isSigned(string $body, array $keys): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    if (!preg_match('/^[0-9]{1,15}$/D', $timestamp) || abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    foreach ($keys as $key) {
        $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $given) {
            if (hash_equals($expected, $given)) {
                return true;
            }
        }
    }
    return false;
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Allow: POST');
    answer(405, ['message' => 'Method Not Allowed']);
}
// It holds two, with a space between them, while one replaces the other.
$keys = array_map('keyOf', explode(' ', getenv('CHATZURI_SECRET') ?: ''));
if (min(array_map('strlen', $keys)) < 16) { // Unset, or "undefined": keys that anybody has.
    error_log("Set CHATZURI_SECRET to the webhook's secret, all of it.");
    answer(500, ['message' => 'The receiver is not set up right']);
}
// The bytes as they came: json_encode escapes "/".
$body = file_get_contents('php://input', length: BODY_BYTES_MAX + 1);
if (strlen($body) > BODY_BYTES_MAX) {
    answer(413, ['message' => 'The body is too large']);
}
if (!isSigned($body, $keys)) {
    answer(400, ['message' => "Signature didn't match"]);
}
// One file for each handled id; where you keep the leads, a unique column does the same.
$mark = (getenv('SEEN_DIR') ?: sys_get_temp_dir()) . '/chatzuri-' . hash('sha256', $_SERVER['HTTP_WEBHOOK_ID'] ?? '');
if (file_exists($mark)) {
    answer(200, ['received' => true, 'duplicate' => true]);
}
$event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
// The names are those of the webhook's format.
error_log('Received: ' . ($event['eventType'] ?? $event['event']) . ' ' . json_encode($event['payload'] ?? $event['data']));
touch($mark);
answer(200, ['received' => true]);
