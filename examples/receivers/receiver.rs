// A receiver in Rust, with nothing but its standard library: hash and base64 are written out, so that
// it compiles without crates. In a program of yours take `hmac`, `sha2`, `base64` and an HTTP server.
//
//     rustc --edition 2021 -O receiver.rs && CHATZURI_SECRET=... ./receiver
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const BODY_BYTES_MAX: usize = 128 * 1024;
const HEAD_BYTES_MAX: u64 = 64 * 1024;
const REQUEST_TIME_MAX: Duration = Duration::from_secs(10);
const TOLERANCE_SECONDS: u64 = 300;
/// Keep it where you keep the leads: memory forgets at a restart.
type Seen = Arc<Mutex<HashSet<String>>>;
type Answer = (&'static str, &'static str);

fn main() -> std::io::Result<()> {
    // It holds two, with a space between them, while one replaces the other.
    let secrets = std::env::var("CHATZURI_SECRET").unwrap_or_default();
    let keys: Arc<Vec<Vec<u8>>> = Arc::new(secrets.split_whitespace().map(key_of).collect());
    // Unset, or "undefined": keys that anybody has.
    let is_set = !keys.is_empty() && keys.iter().all(|key| key.len() >= 16);
    assert!(is_set, "Set CHATZURI_SECRET to the webhook's secret, all of it.");
    let port = std::env::var("PORT").unwrap_or("3000".into());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("Receiver listens on http://{}/webhook", listener.local_addr()?);
    let seen: Seen = Arc::default();
    for stream in listener.incoming() {
        let (stream, keys, seen) = (stream?, keys.clone(), seen.clone());
        std::thread::spawn(move || serve(stream, &keys, &seen));
    }
    Ok(())
}

fn serve(mut stream: TcpStream, keys: &[Vec<u8>], seen: &Seen) -> std::io::Result<()> {
    let until = Instant::now() + REQUEST_TIME_MAX;
    let (status, note) = respond(Patient { stream: stream.try_clone()?, until }, keys, seen)?;
    let allow = if status.starts_with("405") { "Allow: POST\r\n" } else { "" };
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{allow}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{note}",
        note.len()
    )
}

/// Reads until a time, whatever comes how slowly.
struct Patient {
    stream: TcpStream,
    until: Instant,
}

impl Read for Patient {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

#[derive(Default)]
struct Head {
    is_post: bool,
    /// None: there is none, or none that can be believed.
    length: Option<usize>,
    id: String,
    timestamp: String,
    signature: String,
}

fn respond(stream: Patient, keys: &[Vec<u8>], seen: &Seen) -> std::io::Result<Answer> {
    let mut reader = BufReader::new(stream.take(HEAD_BYTES_MAX + BODY_BYTES_MAX as u64));
    let head = read_head(&mut reader)?;
    if !head.is_post {
        return Ok(("405 Method Not Allowed", r#"{"message":"Method Not Allowed"}"#));
    }
    let Some(length) = head.length else {
        return Ok(("411 Length Required", r#"{"message":"One Content-Length is needed"}"#));
    };
    if length > BODY_BYTES_MAX {
        return Ok(("413 Content Too Large", r#"{"message":"The body is too large"}"#));
    }
    let mut body = vec![0; length]; // The bytes as they came, before any parser.
    reader.read_exact(&mut body)?;
    if !is_signed(&head, &body, keys) {
        return Ok(("400 Bad Request", r#"{"message":"Signature didn't match"}"#));
    }
    let mut seen = seen.lock().unwrap();
    if seen.contains(&head.id) {
        return Ok(("200 OK", r#"{"received":true,"duplicate":true}"#));
    }
    println!("Received: {}", String::from_utf8_lossy(&body));
    seen.insert(head.id);
    Ok(("200 OK", r#"{"received":true}"#))
}

fn read_head(reader: &mut impl BufRead) -> std::io::Result<Head> {
    let (mut head, mut line, mut lengths, mut is_chunked) = (Head::default(), String::new(), vec![], false);
    reader.read_line(&mut line)?;
    head.is_post = line.starts_with("POST ");
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        if line.trim().is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => lengths.push(value.to_string()),
            "transfer-encoding" => is_chunked = true,
            "webhook-id" => head.id = value.into(),
            "webhook-timestamp" => head.timestamp = value.into(),
            "webhook-signature" => head.signature = value.into(),
            _ => {}
        }
    }
    // One, of digits alone: `parse` takes "+5", too.
    if let ([length], false) = (&lengths[..], is_chunked) {
        head.length = digits(length).map(|length| length as usize);
    }
    Ok(head)
}

/// Null but for one to 15 digits, with nothing around them.
fn digits(text: &str) -> Option<u64> {
    let is_number = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// By webhook-signature and nothing else: the older header signs no time.
fn is_signed(head: &Head, body: &[u8], keys: &[Vec<u8>]) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
    if !digits(&head.timestamp).is_some_and(|seconds| now.abs_diff(seconds) <= TOLERANCE_SECONDS) {
        return false;
    }
    let content = [format!("{}.{}.", head.id, head.timestamp).as_bytes(), body].concat();
    keys.iter().any(|key| {
        let expected = format!("v1,{}", encode_base64(&hmac_sha256(key, &content)));
        head.signature.split(' ').any(|given| equal_in_constant_time(expected.as_bytes(), given.as_bytes()))
    })
}

/// After whsec_ a secret is base64; one of your own is the key as it is. Empty: it is no base64.
fn key_of(secret: &str) -> Vec<u8> {
    let Some(text) = secret.strip_prefix("whsec_") else { return secret.into() };
    let key = decode_base64(text);
    if encode_base64(&key) == text { key } else { vec![] }
}

fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    let differences = left.iter().zip(right).fold(0, |found, (a, b)| found | (a ^ b));
    left.len() == right.len() && std::hint::black_box(differences) == 0
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | *byte as u32) << (8 * (3 - group.len()));
        for at in 0..4 {
            let letter = BASE64[(bits >> (18 - 6 * at)) as usize & 63] as char;
            text.push(if at <= group.len() { letter } else { '=' });
        }
    }
    text
}

/// Passes over what is no base64: who calls it compares what it encodes to.
fn decode_base64(text: &str) -> Vec<u8> {
    let values = text.bytes().filter_map(|byte| BASE64.iter().position(|letter| *letter == byte));
    let (mut bytes, mut bits, mut count) = (vec![], 0usize, 0);
    for value in values {
        (bits, count) = (bits << 6 & 0xffff | value, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

/// RFC 2104.
fn hmac_sha256(key: &[u8], content: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&sha256(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = sha256(&[&block.map(|byte| byte ^ 0x36)[..], content].concat());
    sha256(&[&block.map(|byte| byte ^ 0x5c)[..], &inner].concat())
}

/// FIPS 180-4, section 6.2. Its constants are the first bits of roots of primes.
fn sha256(content: &[u8]) -> [u8; 32] {
    let primes: Vec<u64> = (2..312).filter(|n| (2..*n).all(|divisor| n % divisor != 0)).collect();
    let mut state: [u32; 8] = std::array::from_fn(|at| root_bits(primes[at], 2));
    let constants: [u32; 64] = std::array::from_fn(|at| root_bits(primes[at], 3));
    let mut padded = content.to_vec();
    padded.push(0x80);
    // Zeros until eight bytes are left of a block, for the length.
    padded.resize((padded.len() + 8).next_multiple_of(64), 0);
    let end = padded.len();
    padded[end - 8..].copy_from_slice(&(content.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks_exact(64) {
        let mut words = [0u32; 64];
        for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes(bytes.try_into().unwrap());
        }
        for at in 16..64 {
            let (x, y) = (words[at - 15], words[at - 2]);
            let mixed_x = x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3;
            let mixed_y = y.rotate_right(17) ^ y.rotate_right(19) ^ y >> 10;
            words[at] = words[at - 16].wrapping_add(mixed_x).wrapping_add(words[at - 7]).wrapping_add(mixed_y);
        }
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (word, constant) in words.iter().zip(constants) {
            let mixed_e = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let mixed_a = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let one = h.wrapping_add(mixed_e).wrapping_add(e & f ^ !e & g).wrapping_add(constant).wrapping_add(*word);
            let two = mixed_a.wrapping_add(a & b ^ a & c ^ b & c);
            (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(one), c, b, a, one.wrapping_add(two));
        }
        for (sum, value) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
            *sum = sum.wrapping_add(value);
        }
    }
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// The first 32 bits behind the point of a prime's square or cube root: floor(root * 2^32) mod 2^32.
fn root_bits(prime: u64, degree: u32) -> u32 {
    let (mut low, mut high) = (0u128, 32u128 << 32);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let is_below = middle.pow(degree) <= (prime as u128) << (32 * degree);
        (low, high) = if is_below { (middle, high) } else { (low, middle) };
    }
    low as u32
}
