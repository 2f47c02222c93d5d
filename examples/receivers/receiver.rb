# A receiver in Ruby, with WEBrick (gem install webrick).
#
#     WEBHOOK_SECRET=... ruby receiver.rb
require 'json'
require 'openssl'
require 'set'
require 'webrick'

SECRET = ENV.fetch('WEBHOOK_SECRET', '')
abort "Set WEBHOOK_SECRET to the webhook's secret." if SECRET.empty?
BODY_BYTES_MAX = 128 * 1024
SEEN = Set.new # Keep it where you keep the leads: memory forgets at a restart.
BUSY = Mutex.new

def answer(response, status, note)
  response.status = status
  response['Content-Type'] = 'application/json'
  response.body = JSON.generate(note)
end

class Receiver < WEBrick::HTTPServlet::AbstractServlet
  def do_POST(request, response)
    if request.content_length.to_i > BODY_BYTES_MAX
      return answer(response, 413, { message: 'The body is too large' })
    end
    body = request.body.to_s # The bytes as they came.
    expected = OpenSSL::HMAC.hexdigest('SHA1', SECRET, body)
    given = request['x-chatzuri-signature'].to_s
    unless given.bytesize == 40 && OpenSSL.fixed_length_secure_compare(expected, given)
      return answer(response, 400, { message: "Signature didn't match" })
    end
    id = request['webhook-id']
    BUSY.synchronize do
      return answer(response, 200, { received: true, duplicate: true }) if SEEN.include?(id)
      event = JSON.parse(body)
      puts "Received: #{event['eventType']} #{event['payload']}"
      SEEN << id if id
    end
    answer(response, 200, { received: true })
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
                                 Logger: quiet, AccessLog: [])
server.mount '/webhook', Receiver
puts "Receiver listens on http://127.0.0.1:#{server.listeners[0].addr[1]}/webhook"
server.start
