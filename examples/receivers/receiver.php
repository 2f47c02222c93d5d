<?php
// A receiver in PHP, for any web server; to try it:
//
//     WEBHOOK_SECRET=... php -S 127.0.0.1:3000 receiver.php

const BODY_BYTES_MAX = 128 * 1024;
header('Content-Type: application/json');

function answer(int $status, array $note): never
{
    http_response_code($status);
    exit(json_encode($note));
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    header('Allow: POST');
    answer(405, ['message' => 'Method Not Allowed']);
}
$secret = getenv('WEBHOOK_SECRET') ?: '';
if ($secret === '') {
    error_log("Set WEBHOOK_SECRET to the webhook's secret.");
    answer(500, ['message' => 'The receiver is not set up right']);
}
// The bytes as they came: json_encode escapes "/".
$body = file_get_contents('php://input', length: BODY_BYTES_MAX + 1);
if (strlen($body) > BODY_BYTES_MAX) {
    answer(413, ['message' => 'The body is too large']);
}
$expected = hash_hmac('sha1', $body, $secret);
if (!hash_equals($expected, $_SERVER['HTTP_X_CHATZURI_SIGNATURE'] ?? '')) {
    answer(400, ['message' => "Signature didn't match"]);
}
// One file for each handled id; where you keep the leads, a unique column does the same.
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$mark = (getenv('SEEN_DIR') ?: sys_get_temp_dir()) . '/chatzuri-' . hash('sha256', $id);
if ($id !== '' && file_exists($mark)) {
    answer(200, ['received' => true, 'duplicate' => true]);
}
$event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
error_log('Received: ' . $event['eventType'] . ' ' . json_encode($event['payload']));
if ($id !== '') {
    touch($mark);
}
answer(200, ['received' => true]);
