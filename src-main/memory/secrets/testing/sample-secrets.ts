/* eslint-disable @typescript-eslint/no-unnecessary-template-expression -- credentials are put together, so that no scanner takes this file for a leak */
/**
 * Credentials that never were: right in form, made of parts so that no scanner takes this file for a leak. The numbers come from a
 * small generator, the same ones in each run.
 */
const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LETTERS = WORD.slice(0, 52)

function chance(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
}

/** `length` characters of an alphabet, the same for the same seed. */
export function characters(length: number, alphabet = WORD, seed = 7): string {
  const next = chance(seed * 7_919 + length)
  return Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)] ?? '').join('')
}

const pem = (label: string, start: string) =>
  [`-----BEGIN ${label}-----`, start + characters(60), characters(64), characters(64), `-----END ${label}-----`].join('\n')
const jwt = [
  { alg: 'HS256', typ: 'JWT' },
  { sub: '1', name: 'Ana' },
].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))

/** Kind, and a text that holds one of it between `<` and `>`. */
export const SAMPLE_SECRETS: readonly (readonly [kind: string, secret: string])[] = [
  ['private-key', pem('RSA PRIVATE KEY', 'MIIE')],
  ['private-key', pem('OPENSSH PRIVATE KEY', 'b3BlbnNzaC1rZXktdjE')],
  ['private-key', pem('PRIVATE KEY', 'MIIE').replaceAll('\n', '\\n')],
  ['private-key', pem('ENCRYPTED PRIVATE KEY', 'MIIE')],
  ['age-secret-key', `AGE-SECRET-${'KEY-1'}${characters(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`],
  ['aws-access-key-id', `AK${'IA'}${characters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['aws-access-key-id', `AS${'IA'}${characters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['aws-key', `AWS_SECRET_ACCESS_KEY=${characters(40)}`],
  ['github-token', `gh${'p_'}${characters(36)}`],
  ['github-token', `gh${'s_'}${characters(36)}`],
  ['github-token', `github${'_pat_'}${characters(82)}`],
  ['gitlab-token', `gl${'pat-'}${characters(20)}`],
  ['slack-token', `xox${'b-'}${characters(12, '123456789')}-${characters(12, '123456789')}-${characters(24)}`],
  ['slack-webhook', `https://hooks.${'slack.com'}/services/T${characters(10)}/B${characters(10)}/${characters(24)}`],
  ['google-api-key', `AI${'za'}${characters(35)}`],
  ['google-client-secret', `GOC${'SPX-'}${characters(28)}`],
  ['anthropic-key', `sk-${'ant'}-api03-${characters(93)}AA`],
  ['anthropic-key', `sk-${'ant'}-oat01-${characters(93)}AA`],
  ['openai-token', `sk-${'proj'}-${characters(74)}T3Blbk${'FJ'}${characters(74)}`],
  ['openai-token', `sk-${characters(20)}T3Blbk${'FJ'}${characters(20)}`],
  ['openrouter-key', `sk-${'or'}-v1-${characters(64, '0123456789abcdef')}`],
  ['npm-token', `np${'m_'}${characters(36)}`],
  ['huggingface-token', `h${'f_'}${characters(34, LETTERS)}`],
  ['stripe-key', `sk_${'live'}_${characters(24)}`],
  ['sendgrid-key', `S${'G.'}${characters(22)}.${characters(43)}`],
  ['azure-storage-key', `DefaultEndpointsProtocol=https;AccountName=shop;Account${'Key='}${characters(86)}==`],
  ['jwt', [...jwt, characters(43)].join('.')],
  ['tmws-token', `tmws${'_'}${characters(43)}`],
  ['tmws-token', `tmws${'_'}${characters(40, '0123456789abcdef')}`],
  ['url-password', `postgresql://shop:${characters(12)}@db.example.com:5432/shop`],
  ['url-password', `redis://:${characters(16)}@10.0.0.4:6379`],
  ['url-password', `https://ana:${characters(10)}@git.example.com/x.git`],
  ['url-password', `mongodb+srv://shop:${characters(10)}@cluster0.example.net/?retryWrites=true`],
]
