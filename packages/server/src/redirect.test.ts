import { describe, expect, test } from 'vitest'
import { readRedirect } from './redirect.ts'

const FROM = 'https://shop.example/hooks/leads'

function led(
  location: string | undefined,
  { status = 301, url = FROM as string | null, wasChanged = false } = {},
) {
  return readRedirect({ status, location }, { url, wasChanged })
}

describe('where it leads', () => {
  test.each([
    ['https://shop.example/hooks/leads/', 'https://shop.example/hooks/leads/'],
    ['https://www.shop.example/hooks/leads', 'https://www.shop.example/hooks/leads'],
    ['/api/leads', 'https://shop.example/api/leads'],
    ['new', 'https://shop.example/hooks/new'],
    ['../v2/leads', 'https://shop.example/v2/leads'],
    ['//api.shop.example/leads', 'https://api.shop.example/leads'],
    ['?v=2', 'https://shop.example/hooks/leads?v=2'],
    ['/api/leads#top', 'https://shop.example/api/leads'],
    [' /api/leads ', 'https://shop.example/api/leads'],
  ])('%s', (location, url) => {
    for (const status of [301, 302, 307, 308, 300]) {
      expect(led(location, { status })).toEqual({ code: 'redirect', url })
    }
    expect(led(location, { status: 303 })).toEqual({ code: 'redirect_see_other', url })
  })

  test('https where http was asked', () => {
    const url = 'http://shop.example/hooks?key=1'
    expect(led('https://shop.example/hooks?key=1', { url })).toEqual({
      code: 'redirect_https',
      url: 'https://shop.example/hooks?key=1',
    })
  })

  test('http where https was asked is told, and offered', () => {
    expect(led('http://shop.example/hooks/leads')).toEqual({
      code: 'redirect_insecure',
      url: 'http://shop.example/hooks/leads',
    })
  })

  test('another host is told', () => {
    expect(led('https://parked.example/')).toEqual({
      code: 'redirect_elsewhere',
      url: 'https://parked.example/',
    })
  })
})

describe('nothing to offer', () => {
  test.each([
    [undefined, 'redirect_nowhere'],
    ['', 'redirect_nowhere'],
    ['mailto:a@b.example', 'redirect_nowhere'],
    ['javascript:alert(1)', 'redirect_nowhere'],
    ['https://', 'redirect_nowhere'],
    ['https://a.example/, https://b.example/', 'redirect_nowhere'],
    [FROM, 'redirect_self'],
    ['leads', 'redirect_self'],
    ['/login?next=/hooks/leads', 'redirect_login'],
    ['/users/sign_in', 'redirect_login'],
    ['/wp-login.php', 'redirect_login'],
    ['https://login.shop.example/', 'redirect_login'],
    ['https://team.cloudflareaccess.com/cdn-cgi/access/login/shop', 'redirect_login'],
    ['https://script.googleusercontent.com/macros/echo?user_content_key=x', 'redirect_script'],
    ['/thanks?email=ann%40example.com', 'redirect_query'],
    ['/thanks/ann@example.com', 'redirect_query'],
    ['/thanks?session=1', 'redirect_query'],
    ['/thanks?x=0123456789abcdef0', 'redirect_query'],
    ['/thanks?p=+254700000000', 'redirect_query'],
  ])('%s: %s', (location, code) => {
    expect(led(location)).toEqual({ code, url: null })
  })

  test('of credentials, on either side', () => {
    expect(led('https://a:b@shop.example/x').url).toBeNull()
    expect(led('/x', { url: 'https://a:b@shop.example/hooks' }).url).toBeNull()
  })

  test('of what is too long for a URL', () => {
    expect(led(`/${'a'.repeat(2_048)}`).url).toBeNull()
  })

  test('where the webhook is gone: the cause stays', () => {
    expect(led('https://shop.example/x', { url: null })).toEqual({ code: 'redirect', url: null })
    expect(led('/x', { url: null })).toEqual({ code: 'redirect', url: null })
    expect(led('/login', { url: null })).toEqual({ code: 'redirect_login', url: null })
    expect(led('/x', { url: 'listen:' })).toEqual({ code: 'redirect', url: null })
  })
})

describe('of a URL that was changed since', () => {
  test('it may have been used already', () => {
    expect(led(FROM, { wasChanged: true })).toEqual({ code: 'redirect_used', url: null })
  })

  test('another host is not proposed again', () => {
    expect(led('https://old.example/x', { wasChanged: true }).url).toBeNull()
    expect(led('https://www.shop.example/x', { wasChanged: true }).url).not.toBeNull()
  })
})

test('a login in its own URL is no login page', () => {
  const url = 'https://auth.shop.example/auth/hooks'
  expect(led('https://auth.shop.example/auth/hooks/', { url }).code).toBe('redirect')
})
