// A receiver in Java 17 or newer, with nothing but the JDK (no JSON parser is in it: bring yours).
//
//     WEBHOOK_SECRET=... java Receiver.java
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    static final int BODY_BYTES_MAX = 128 * 1024;
    static final byte[] SECRET =
        System.getenv().getOrDefault("WEBHOOK_SECRET", "").getBytes(StandardCharsets.UTF_8);
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
        String given = exchange.getRequestHeaders().getFirst("x-chatzuri-signature");
        if (given == null || !MessageDigest.isEqual(sign(body).getBytes(), given.getBytes())) {
            answer(exchange, 400, "{\"message\":\"Signature didn't match\"}");
            return;
        }
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        if (id != null && seen.contains(id)) {
            answer(exchange, 200, "{\"received\":true,\"duplicate\":true}");
            return;
        }
        System.out.println("Received: " + new String(body, StandardCharsets.UTF_8));
        if (id != null) seen.add(id);
        answer(exchange, 200, "{\"received\":true}");
    }

    static String sign(byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA1"));
            return HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException cause) {
            throw new IllegalStateException(cause);
        }
    }

    static void answer(HttpExchange exchange, int status, String note) throws IOException {
        byte[] text = note.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    public static void main(String[] arguments) throws IOException {
        if (SECRET.length == 0) throw new IllegalStateException("Set WEBHOOK_SECRET to the webhook's secret.");
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "3000"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/webhook", Receiver::webhook);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        System.out.println("Receiver listens on http://127.0.0.1:" + server.getAddress().getPort() + "/webhook");
    }
}
