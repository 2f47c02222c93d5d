// A receiver in C# (.NET 10 or newer runs a single file).
//
//     CHATZURI_SECRET=... dotnet run receiver.cs
#:sdk Microsoft.NET.Sdk.Web
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

const int BodyBytesMax = 128 * 1024;
const int ToleranceSeconds = 300;
// It holds two, with a space between them, while one replaces the other.
var keys = (Environment.GetEnvironmentVariable("CHATZURI_SECRET") ?? "").Split(' ').Select(KeyOf).ToArray();
// Unset, or "undefined": keys that anybody has.
if (keys.Any(key => key.Length < 16)) throw new Exception("Set CHATZURI_SECRET to the webhook's secret, all of it.");
var seen = new ConcurrentDictionary<string, bool>(); // Keep it where you keep the leads.

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
// Of every body, chunked ones too; a slow one is cut by Kestrel's MinRequestBodyDataRate.
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = BodyBytesMax);
builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT") ?? "3000"}");
var app = builder.Build();

// MapPost answers 405 with "Allow: POST" to every other method.
app.MapPost("/webhook", async (HttpRequest request) =>
{
    using var buffer = new MemoryStream();
    await request.Body.CopyToAsync(buffer); // The bytes as they came, before any binding.
    var body = buffer.ToArray();
    if (!IsSigned(request.Headers, body))
        return Results.Text("{\"message\":\"Signature didn't match\"}", "application/json", statusCode: 400);
    var id = request.Headers["webhook-id"].ToString();
    if (seen.ContainsKey(id))
        return Results.Text("{\"received\":true,\"duplicate\":true}", "application/json");
    using var received = JsonDocument.Parse(body);
    Console.WriteLine($"Received: {received.RootElement}");
    seen[id] = true;
    return Results.Text("{\"received\":true}", "application/json");
});

await app.StartAsync();
Console.WriteLine($"Receiver listens on {app.Urls.First()}/webhook");
await app.WaitForShutdownAsync();

// By webhook-signature and nothing else: the older header signs no time.
bool IsSigned(IHeaderDictionary headers, byte[] body)
{
    var timestamp = headers["webhook-timestamp"].ToString();
    if (!Regex.IsMatch(timestamp, @"\A[0-9]{1,15}\z")) return false;
    if (Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - long.Parse(timestamp)) > ToleranceSeconds) return false;
    byte[] content = [.. Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{timestamp}."), .. body];
    var given = headers["webhook-signature"].ToString().Split(' ').Select(each => Encoding.UTF8.GetBytes(each)).ToArray();
    return keys.Any(key =>
    {
        var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, content)));
        return given.Any(signature => CryptographicOperations.FixedTimeEquals(expected, signature));
    });
}

// After whsec_ a secret is base64; one of your own is the key as it is.
static byte[] KeyOf(string secret)
{
    if (!secret.StartsWith("whsec_", StringComparison.Ordinal)) return Encoding.UTF8.GetBytes(secret);
    var key = new byte[secret.Length];
    return Convert.TryFromBase64String(secret["whsec_".Length..], key, out var length) ? key[..length] : Array.Empty<byte>();
}
