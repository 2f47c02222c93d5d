// A receiver in Rust, with nothing but its standard library: the hash is written out, so that it
// compiles without crates. In a program of yours take the crates `hmac`, `sha1` and an HTTP server.
//
//     rustc --edition 2021 -O receiver.rs && WEBHOOK_SECRET=... ./receiver
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BODY_BYTES_MAX: usize = 128 * 1024;
const HEAD_BYTES_MAX: u64 = 64 * 1024;
/// Keep it where you keep the leads: memory forgets at a restart.
type Seen = Arc<Mutex<HashSet<String>>>;

fn main() -> std::io::Result<()> {
    let secret = std::env::var("WEBHOOK_SECRET").expect("Set WEBHOOK_SECRET to the webhook's secret.");
    assert!(!secret.is_empty(), "Set WEBHOOK_SECRET to the webhook's secret.");
    let port = std::env::var("PORT").unwrap_or("3000".into());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("Receiver listens on http://{}/webhook", listener.local_addr()?);
    let seen: Seen = Arc::default();
    for stream in listener.incoming() {
        let (stream, secret, seen) = (stream?, secret.clone(), seen.clone());
        std::thread::spawn(move || serve(stream, secret.as_bytes(), &seen));
    }
    Ok(())
}

fn serve(mut stream: TcpStream, secret: &[u8], seen: &Seen) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let (status, note) = respond(&stream, secret, seen)?;
    let allow = if status.starts_with("405") { "Allow: POST\r\n" } else { "" };
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{allow}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{note}",
        note.len()
    )
}

fn respond(stream: &TcpStream, secret: &[u8], seen: &Seen) -> std::io::Result<(&'static str, &'static str)> {
    let mut reader = BufReader::new(Read::take(stream, HEAD_BYTES_MAX + BODY_BYTES_MAX as u64));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let is_post = line.starts_with("POST ");
    let (mut length, mut signature, mut id) = (0, String::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(usize::MAX),
            "x-chatzuri-signature" => signature = value.trim().into(),
            "webhook-id" => id = value.trim().into(),
            _ => {}
        }
    }
    if !is_post {
        return Ok(("405 Method Not Allowed", r#"{"message":"Method Not Allowed"}"#));
    }
    if length > BODY_BYTES_MAX {
        return Ok(("413 Content Too Large", r#"{"message":"The body is too large"}"#));
    }
    let mut body = vec![0; length]; // The bytes as they came, before any parser.
    reader.read_exact(&mut body)?;
    let expected: String = hmac_sha1(secret, &body).iter().map(|byte| format!("{byte:02x}")).collect();
    if !equal_in_constant_time(expected.as_bytes(), signature.as_bytes()) {
        return Ok(("400 Bad Request", r#"{"message":"Signature didn't match"}"#));
    }
    let mut seen = seen.lock().unwrap();
    if seen.contains(&id) {
        return Ok(("200 OK", r#"{"received":true,"duplicate":true}"#));
    }
    println!("Received: {}", String::from_utf8_lossy(&body));
    if !id.is_empty() {
        seen.insert(id);
    }
    Ok(("200 OK", r#"{"received":true}"#))
}

fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    let differences = left.iter().zip(right).fold(0, |found, (a, b)| found | (a ^ b));
    left.len() == right.len() && std::hint::black_box(differences) == 0
}

/// RFC 2104.
fn hmac_sha1(key: &[u8], content: &[u8]) -> [u8; 20] {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..20].copy_from_slice(&sha1(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = sha1(&[&block.map(|byte| byte ^ 0x36)[..], content].concat());
    sha1(&[&block.map(|byte| byte ^ 0x5c)[..], &inner].concat())
}

/// FIPS 180-4, section 6.1.
fn sha1(content: &[u8]) -> [u8; 20] {
    let mut state: [u32; 5] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
    let mut padded = content.to_vec();
    padded.push(0x80);
    // Zeros until eight bytes are left of a block, for the length.
    padded.resize((padded.len() + 8).next_multiple_of(64), 0);
    let end = padded.len();
    padded[end - 8..].copy_from_slice(&(content.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0u32; 80];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes(bytes.try_into().unwrap());
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (at, word) in words.iter().enumerate() {
            let (mixed, constant) = match at {
                0..=19 => (b & c | !b & d, 0x5a827999),
                20..=39 => (b ^ c ^ d, 0x6ed9eba1),
                40..=59 => (b & c | b & d | c & d, 0x8f1bbcdc),
                _ => (b ^ c ^ d, 0xca62c1d6u32),
            };
            let next = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
        }
        for (sum, value) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(value);
        }
    }
    let mut digest = [0; 20];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}
