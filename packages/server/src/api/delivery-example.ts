/** One delivery as documents show it, with signatures that a reader can recompute. */

export const SECRET_EXAMPLE = 'whsec_Jlgzg4jZ8YQ6SSZjJFzwz9NnM59UkTyE'

/** Its keys' order and its bytes are what is signed. */
export const BODY_EXAMPLE =
  '{"eventType":"lead.submit","chatbotId":"bot_01m2fm1cgye03v13e1wgzp7b71","payload":{"conversationId":"conv_01m2fm1cj3e7cvwf1461vvb46e","customerEmail":"ann@example.com","customerName":"Ann","customerPhone":"+254700000000"}}'

/** Of `BODY_EXAMPLE` with `SECRET_EXAMPLE`, for the event of `EXAMPLE_IDS`. */
export const SIGNATURE_EXAMPLES = {
  guide: '6bd1ed6181c14b90acf80e2a0028837abcc8cf00',
  timestamp: '1789378212',
  modern: 'v1,dqjJ66w5Z0auzFqiB42wEOAN4vhF5aifiUiqKYUehTQ=',
}
