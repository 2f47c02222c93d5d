/** What faults that came in place of an answer mean and how they are cured: part of the table of cures (cure-table.ts). */
import type { CureWords } from './cure-words.ts'

/** To an owner, whatever only an operator can do. */
const ASK = 'ask whoever runs this server'

const UNREACHED = {
  dns: {
    cause: 'The host name does not lead to an address.',
    text: 'See that it is spelled right, and that its DNS entry is there.',
  },
  dns_unknown: {
    cause: 'There is no host of this name.',
    text: 'See that it is spelled right. If it is new, its DNS entry may take an hour to be known; if it is old, the domain may have run out.',
  },
  dns_no_address: {
    cause: 'The name is there, but leads to no address.',
    text: 'Give it an A record (or AAAA, or CNAME) that leads to the server of the endpoint.',
  },
  dns_temporary: {
    cause: 'The name servers of the host did not answer, or failed.',
    text: 'It mostly passes. If it goes on, look at the name servers of the domain (DNSSEC, a server that is away).',
  },
  dns_name: {
    cause: 'The host in the URL is not a name that can exist.',
    text: 'Correct the URL.',
  },
  refused: {
    cause: 'The machine is there, but nothing listens on this port.',
    text: 'Start the app; see that it listens on the port of the URL, and not on its own machine (127.0.0.1) only.',
  },
  unreachable: {
    cause: 'No way leads to the machine.',
    text: 'See that it runs and is on the network, and that the address in its DNS entry is right.',
  },
  no_connection: {
    cause:
      'The machine did not answer the attempt to connect: mostly a firewall drops it in silence.',
    text: "Open the port in its firewall (and its cloud's), and see that the address in its DNS entry is right.",
  },
  ipv6_only: {
    cause: 'The host has addresses of IPv6 only, and this server has none.',
    text: `Give the host an IPv4 address (an A record) too, or ${ASK} for IPv6.`,
    forOperator:
      'Give the host an IPv4 address (an A record) too, or give this server a network with IPv6.',
  },
  connect: {
    cause: 'No connection could be opened.',
    text: 'See that the endpoint runs on the host and port of the URL, and that no firewall is before it.',
  },
  reset: {
    cause: 'The connection was closed before an answer came.',
    text: 'Mostly the app crashed while it handled the event, or a proxy before it ended the connection: the logs of both say more.',
  },
  timeout: {
    cause: 'The endpoint took the event and gave no answer in time.',
    text: 'Answer first, and work afterwards; see that every path of the handler answers. If it needs longer, raise the timeout of the webhook.',
  },
  timeout_dns: {
    cause: 'The time ran out while the host name was still being looked up.',
    text: 'Look at the name servers of the domain: they are slow or away.',
  },
  timeout_connect: {
    cause: 'The time ran out before a connection was open: mostly a firewall drops it in silence.',
    text: "Open the port in its firewall (and its cloud's), and see that the address in its DNS entry is right.",
  },
  timeout_tls: {
    cause: 'The time ran out within the TLS handshake.',
    text: 'See that the port speaks https at all, and that its server is not overloaded.',
  },
  timeout_silent: {
    cause: 'The connection went silent: the machine, or the network to it, went away.',
    text: 'See that the machine runs, and that nothing between cuts connections.',
  },
} as const satisfies Record<string, CureWords>

const UNSAFE = {
  tls: {
    cause: 'No safe connection (TLS) could be made.',
    text: "The log of the endpoint's server says why; a browser that opens the URL mostly shows the same.",
  },
  tls_expired: {
    cause: 'The certificate, or one that it hangs on, has expired.',
    text: 'Renew it, and see that the server is reloaded when it is renewed.',
  },
  tls_not_yet: {
    cause: 'The certificate is not valid yet.',
    text: 'Check the clock of whoever made it, or wait until it is.',
  },
  tls_revoked: {
    cause: 'The certificate was withdrawn by whoever issued it.',
    text: 'Get a new one.',
  },
  tls_self_signed: {
    cause: 'The certificate is signed by itself, which nobody but its maker can trust.',
    text: "Use one of a public authority (Let's Encrypt has them for nothing).",
  },
  tls_own_authority: {
    cause: 'The certificate is of an authority that is not a public one.',
    text: `Use one of a public authority, or ${ASK} to trust yours.`,
    forOperator:
      'Use one of a public authority, or have this server trust yours (NODE_EXTRA_CA_CERTS).',
  },
  tls_chain: {
    cause:
      'The endpoint does not send the whole chain of its certificate: browsers fill the gap, programs do not.',
    text: 'Have it serve the full chain (fullchain.pem, not cert.pem).',
  },
  tls_name: {
    cause: 'The certificate is for another host than the one in the URL.',
    text: 'Use the URL that the certificate is for, or get one for this host.',
  },
  tls_weak: {
    cause: 'The key or the signature of the endpoint is too weak to be trusted.',
    text: 'Get a new certificate (RSA of 2048 bits or P-256, SHA-256), and update its TLS software.',
  },
  tls_old: {
    cause: 'The endpoint speaks only versions or ways of TLS that are no longer safe.',
    text: 'Let it speak TLS 1.2 or 1.3, with ECDHE and AES-GCM or ChaCha20.',
  },
  tls_none: {
    cause: 'The port does not speak https.',
    text: 'Use the port that does (mostly 443). Only for a test: http in the URL.',
  },
  tls_http2: {
    cause: 'The endpoint speaks HTTP/2 only.',
    text: 'Let it speak HTTP/1.1 too: webhooks are sent in that.',
  },
  tls_host: {
    cause: 'The endpoint has no certificate for this host, or no cipher in common.',
    text: 'Add the host to its TLS settings, and let it offer ECDHE with AES-GCM or ChaCha20.',
  },
  tls_denied: {
    cause: 'The endpoint turned this server away within the TLS handshake.',
    text: 'Let its firewall accept the address of this server.',
  },
} as const satisfies Record<string, CureWords>

const OTHERS = {
  protocol: {
    cause: 'What answers on this port does not speak HTTP.',
    text: 'Another program listens there: compare the port in the URL with the one of the app.',
  },
  protocol_tls: {
    cause: 'The port speaks https, and the URL says http.',
    text: 'Give the webhook the same URL with https.',
  },
  protocol_garbled: {
    cause: 'The answer is none that can be read: it has no valid status.',
    text: 'Have the app answer by its framework rather than by hand: HTTP/1.1, with a status like 200.',
  },
  private_address: {
    cause: 'The URL leads to an address that is not public; webhooks are not sent there.',
    text: `Use an address that can be reached from the internet. If the endpoint is within the network of this server, ${ASK} to allow it. For an app on your own machine there is \`chatzuri listen\`.`,
    forOperator:
      'Use an address that can be reached from the internet; or allow this one by EGRESS_ALLOW (the log of the server names the address). For an app on your own machine there is `chatzuri listen`.',
  },
  port: {
    cause: 'Webhooks are not sent to this port: it belongs to another protocol.',
    text: `Let the endpoint listen on another port (mostly 443). If it must be this one, ${ASK} to open it.`,
    forOperator:
      'Let the endpoint listen on another port (mostly 443), or open this one by EGRESS_PORTS_DENY.',
  },
  scheme: {
    cause: 'Webhooks are sent by http and https only.',
    text: 'Change the URL.',
  },
  proxy: {
    cause: 'The proxy by which this server sends does not let it reach this address.',
    text: `Use another address, or ${ASK} to allow it.`,
    forOperator:
      'Use another address, or let the proxy of EGRESS_PROXY allow it (the log of the server names the address).',
  },
  our_fault: {
    cause: "It is this server's own fault, and not the endpoint's.",
    text: `This uses up no attempt. If it goes on, ${ASK}.`,
    forOperator:
      'This uses up no attempt. If it goes on, see docs/operate.md: name servers, network and proxy of this server.',
  },
  unmade: {
    cause: 'No body could be made of the event in the form that its webhook asks for.',
    text: "Change the webhook's template or format, then resend it in the present one.",
  },
  stopped: {
    cause: 'This server was stopped before the answer came.',
    text: 'Nothing is to be done: it is sent again, with the same webhook-id.',
  },
  unknown: {
    cause: 'The delivery failed in a way that has no name yet.',
    text: `Look at the attempt; if it says too little, ${ASK}.`,
    forOperator: 'Look at the attempt and at the log of the server.',
  },
} as const satisfies Record<string, CureWords>

export const FAULT_CURES = { ...UNREACHED, ...UNSAFE, ...OTHERS }
