// A receiver in Java 17 or newer, with nothing but the JDK (no JSON parser is in it: bring yours).
//
//     CHATZURI_SECRET=... java Receiver.java
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    static final int BODY_BYTES_MAX = 128 * 1024;
    static final String BODY_SECONDS_MAX = "10";
    static final int TOLERANCE_SECONDS = 300;
    // It holds two, with a space between them, while one replaces the other.
    static final List<byte[]> KEYS =
        Arrays.stream(System.getenv().getOrDefault("CHATZURI_SECRET", "").split(" "))
            .map(Receiver::keyOf)
            .toList();
    // Keep it where you keep the leads: memory forgets at a restart.
    static final Set<String> seen = ConcurrentHashMap.newKeySet();

    static void webhook(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.getResponseHeaders().set("Allow", "POST");
            answer(exchange, 405, "{\"message\":\"Method Not Allowed\"}");
            return;
        }
        // The bytes as they came, before any parser.
        byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX + 1);
        if (body.length > BODY_BYTES_MAX) {
            answer(exchange, 413, "{\"message\":\"The body is too large\"}");
            return;
        }
        if (!isSigned(exchange.getRequestHeaders(), body)) {
            answer(exchange, 400, "{\"message\":\"Signature didn't match\"}");
            return;
        }
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        if (seen.contains(id)) {
            answer(exchange, 200, "{\"received\":true,\"duplicate\":true}");
            return;
        }
        System.out.println("Received: " + new String(body, StandardCharsets.UTF_8));
        seen.add(id);
        answer(exchange, 200, "{\"received\":true}");
    }

    // By webhook-signature and nothing else: the older header signs no time.
    static boolean isSigned(Headers headers, byte[] body) {
        String id = headers.getFirst("webhook-id");
        String timestamp = headers.getFirst("webhook-timestamp");
        String given = headers.getFirst("webhook-signature");
        if (id == null || timestamp == null || given == null || !timestamp.matches("[0-9]{1,15}")) return false;
        long ageSeconds = System.currentTimeMillis() / 1000 - Long.parseLong(timestamp);
        if (Math.abs(ageSeconds) > TOLERANCE_SECONDS) return false;
        byte[] before = (id + "." + timestamp + ".").getBytes(StandardCharsets.ISO_8859_1);
        return KEYS.stream()
            .map(key -> ("v1," + sign(key, before, body)).getBytes())
            .anyMatch(expected ->
                Arrays.stream(given.split(" ")).anyMatch(each -> MessageDigest.isEqual(expected, each.getBytes())));
    }

    static String sign(byte[] key, byte[] before, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(before);
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException cause) {
            throw new IllegalStateException(cause);
        }
    }

    // After whsec_ a secret is base64; one of your own is the key as it is.
    static byte[] keyOf(String secret) {
        if (!secret.startsWith("whsec_")) return secret.getBytes(StandardCharsets.UTF_8);
        return Base64.getDecoder().decode(secret.substring("whsec_".length()));
    }

    static void answer(HttpExchange exchange, int status, String note) throws IOException {
        byte[] text = note.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        // Unset, or "undefined": keys that anybody has.
        if (KEYS.isEmpty() || KEYS.stream().anyMatch(key -> key.length < 16)) {
            throw new IllegalStateException("Set CHATZURI_SECRET to the webhook's secret, all of it.");
        }
        System.setProperty("sun.net.httpserver.maxReqTime", BODY_SECONDS_MAX);
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "3000"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/webhook", Receiver::webhook);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        System.out.println("Receiver listens on http://127.0.0.1:" + server.getAddress().getPort() + "/webhook");
    }
}
