import { setting } from './setting.ts'
import { boolean, integer, text, textList } from './setting-kinds.ts'

/** Who may come in, how often, and from where. The key is its name in the settings file. */
export const SECURITY_SETTINGS = {
  auth_enabled: setting(
    'TMWS_AUTH_ENABLED',
    boolean,
    undefined,
    'whether every agent needs a token; default false in development, true in production',
  ),
  secret_key: setting(
    'TMWS_SECRET_KEY',
    text('at least 32 characters', /^.{32,}$/),
    undefined,
    'secret that signs tokens (JWT, HS256); needed when sign-in is on',
    { isSecret: true },
  ),
  jwt_jwks_url: setting(
    'TMWS_JWT_JWKS_URL',
    text('an https address, or http on this machine', /^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$/),
    undefined,
    'where an issuer of tokens publishes its keys (JWKS); its JWTs, signed with RS256, ES256 or EdDSA, are then taken',
  ),
  jwt_issuer: setting(
    'TMWS_JWT_ISSUER',
    text('the issuer as its tokens name it'),
    undefined,
    'what iss of those tokens must be; needed with TMWS_JWT_JWKS_URL',
  ),
  jwt_audience: setting(
    'TMWS_JWT_AUDIENCE',
    text('the audience as the tokens name it'),
    undefined,
    'what aud of those tokens must hold; default TMWS_PUBLIC_URL and its /mcp',
  ),
  jwt_clock_skew: setting(
    'TMWS_JWT_CLOCK_SKEW',
    integer(0, 600, 'seconds'),
    30,
    'seconds by which the clocks of whoever signs a JWT and of this server may differ',
  ),
  public_url: setting(
    'TMWS_PUBLIC_URL',
    text('an address such as https://memory.example.com', /^https?:\/\/[^/\s?#]+$/),
    undefined,
    'where clients reach this server behind a proxy; its pages are then our own, and with https cookies and browsers keep to TLS',
  ),
  trusted_proxies: setting(
    'TMWS_TRUSTED_PROXIES',
    textList('a JSON list of IP addresses and networks such as ["10.0.0.0/8"]', /^[0-9A-Fa-f:.]+(\/\d{1,3})?$/),
    [],
    'proxies that are believed when X-Forwarded-For says whom they speak for',
  ),
  rate_limit_enabled: setting('TMWS_RATE_LIMIT_ENABLED', boolean, true, 'whether requests of an agent are limited'),
  rate_limit_requests: setting('TMWS_RATE_LIMIT_REQUESTS', integer(1, 1_000_000), 1200, 'requests of one agent in a period'),
  rate_limit_period: setting('TMWS_RATE_LIMIT_PERIOD', integer(1, 86_400, 'seconds'), 60, 'seconds of that period'),
  rate_limit_costly_requests: setting(
    'TMWS_RATE_LIMIT_COSTLY_REQUESTS',
    integer(1, 1_000_000),
    300,
    'of these, calls that make the server work for long: starting workflows, export, import and backup',
  ),
  rate_limit_address_requests: setting(
    'TMWS_RATE_LIMIT_ADDRESS_REQUESTS',
    integer(1, 10_000_000),
    12_000,
    'requests of one address in a period; clients of this very machine are told apart by agent only',
  ),
  rate_limit_failed_sign_ins: setting(
    'TMWS_RATE_LIMIT_FAILED_SIGN_INS',
    integer(1, 1_000_000),
    60,
    'failed sign-ins of one address in a period, then 429; good tokens are never slowed by them',
  ),
  cors_origins: setting(
    'TMWS_CORS_ORIGINS',
    textList('a JSON list of origins such as ["https://app.example.com"]', /^(\*|https?:\/\/[^/\s]+)$/),
    [],
    'origins of web pages that may use the server',
  ),
} as const
