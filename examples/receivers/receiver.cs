// A receiver in C# (.NET 10 or newer runs a single file).
//
//     WEBHOOK_SECRET=... dotnet run receiver.cs
#:sdk Microsoft.NET.Sdk.Web
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

var secret = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("WEBHOOK_SECRET") ?? "");
if (secret.Length == 0) throw new Exception("Set WEBHOOK_SECRET to the webhook's secret.");
var seen = new ConcurrentDictionary<string, bool>(); // Keep it where you keep the leads.

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 128 * 1024);
builder.WebHost.UseUrls($"http://127.0.0.1:{Environment.GetEnvironmentVariable("PORT") ?? "3000"}");
var app = builder.Build();

// MapPost answers 405 with "Allow: POST" to every other method.
app.MapPost("/webhook", async (HttpRequest request) =>
{
    using var buffer = new MemoryStream();
    await request.Body.CopyToAsync(buffer); // The bytes as they came, before any binding.
    var body = buffer.ToArray();
    var expected = Convert.ToHexString(HMACSHA1.HashData(secret, body)).ToLowerInvariant();
    var given = request.Headers["x-chatzuri-signature"].ToString();
    if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given)))
        return Results.Text("{\"message\":\"Signature didn't match\"}", "application/json", statusCode: 400);
    var id = request.Headers["webhook-id"].ToString();
    if (id != "" && seen.ContainsKey(id))
        return Results.Text("{\"received\":true,\"duplicate\":true}", "application/json");
    using var received = JsonDocument.Parse(body);
    Console.WriteLine($"Received: {received.RootElement}");
    if (id != "") seen[id] = true;
    return Results.Text("{\"received\":true}", "application/json");
});

await app.StartAsync();
Console.WriteLine($"Receiver listens on {app.Urls.First()}/webhook");
await app.WaitForShutdownAsync();
