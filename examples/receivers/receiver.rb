# A receiver in Ruby, with WEBrick (gem install webrick).
#
#     CHATZURI_SECRET=... ruby receiver.rb
require 'json'
require 'openssl'
require 'set'
require 'webrick'

BODY_BYTES_MAX = 128 * 1024
BODY_SECONDS_MAX = 10
TOLERANCE_SECONDS = 300
SEEN = Set.new # Keep it where you keep the leads: memory forgets at a restart.
BUSY = Mutex.new

# After whsec_ a secret is base64; one of your own is the key as it is.
def key_of(secret)
  secret.start_with?('whsec_') ? secret.delete_prefix('whsec_').unpack1('m0') : secret
rescue ArgumentError
  ''
end

# It holds two, with a space between them, while one replaces the other.
KEYS = ENV.fetch('CHATZURI_SECRET', '').split.map { |secret| key_of(secret) }
if KEYS.empty? || KEYS.any? { |key| key.bytesize < 16 } # Unset, or "undefined": keys that anybody has.
  abort "Set CHATZURI_SECRET to the webhook's secret, all of it."
end

# By webhook-signature and nothing else: the older header signs no time.
def signed?(request, body)
  timestamp = request['webhook-timestamp'].to_s
  return false unless timestamp.match?(/\A[0-9]{1,15}\z/)
  return false if (Time.now.to_i - timestamp.to_i).abs > TOLERANCE_SECONDS

  content = "#{request['webhook-id']}.#{timestamp}.".b + body
  given = request['webhook-signature'].to_s.split(' ')
  KEYS.any? do |key|
    expected = "v1,#{[OpenSSL::HMAC.digest('SHA256', key, content)].pack('m0')}"
    given.any? { |signature| OpenSSL.secure_compare(expected, signature) }
  end
end

def answer(response, status, note)
  response.status = status
  response['Content-Type'] = 'application/json'
  response.body = JSON.generate(note)
end

class Receiver < WEBrick::HTTPServlet::AbstractServlet
  def do_POST(request, response)
    body = read_body(request)
    return answer(response, 400, { message: "Signature didn't match" }) unless signed?(request, body)

    id = request['webhook-id']
    BUSY.synchronize do
      return answer(response, 200, { received: true, duplicate: true }) if SEEN.include?(id)

      event = JSON.parse(body)
      puts "Received: #{event['eventType'] || event['event']} #{event['payload'] || event['data']}" # By the webhook's format.
      SEEN << id
    end
    answer(response, 200, { received: true })
  end

  # The bytes as they came, of whatever length the head speaks.
  def read_body(request)
    body = ''.b
    request.body do |piece|
      body << piece
      raise WEBrick::HTTPStatus::RequestEntityTooLarge if body.bytesize > BODY_BYTES_MAX
    end
    body
  end

  def do_GET(_request, response)
    response['Allow'] = 'POST'
    answer(response, 405, { message: 'Method Not Allowed' })
  end
  alias do_PUT do_GET
  alias do_DELETE do_GET
  alias do_PATCH do_GET
end

$stdout.sync = true
quiet = WEBrick::Log.new(File::NULL)
server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: ENV.fetch('PORT', '3000').to_i,
                                 RequestTimeout: BODY_SECONDS_MAX, Logger: quiet, AccessLog: [])
server.mount '/webhook', Receiver
puts "Receiver listens on http://127.0.0.1:#{server.listeners[0].addr[1]}/webhook"
server.start
