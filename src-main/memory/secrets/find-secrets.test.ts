/* eslint-disable @typescript-eslint/no-unnecessary-template-expression -- credentials are put together, so that no scanner takes this file for a leak */
import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findSecrets } from './find-secrets.ts'
import { mayHoldSecret } from './secret-gate.ts'
import { characters, SAMPLE_SECRETS } from './testing/sample-secrets.ts'

const kindsIn = async (text: string) => (await findSecrets(text)).map(({ kind }) => kind)

describe('finds', () => {
  test.each(SAMPLE_SECRETS)('a %s, alone, in prose, in JSON and in an environment file (%#)', async (kind, secret) => {
    for (const [before, after] of [
      ['', ''],
      ['The deploy job signs in with ', ' since Tuesday; ask Ana.'],
      ['{"token": "', '", "team": "billing"}'],
      ['# production\nKEY=', '\nPORT=8080\n'],
      ['Ключ: «', '» 🙂'],
    ] as const) {
      const found = await findSecrets(before + secret + after)
      expect([before, found.map((finding) => finding.kind)]).toEqual([before, [kind]])
      // What is masked must be within the secret, and all of its secret part.
      expect(found[0]?.start).toBeGreaterThanOrEqual(before.length)
      expect(found[0]?.end).toBeLessThanOrEqual(before.length + secret.length)
    }
  })

  test('only the password of a URL', async () => {
    const text = 'see postgres://shop:x7Kq-92!a@db.example.com/shop'
    const [found] = await findSecrets(text)
    expect(found && text.slice(found.start, found.end)).toBe('x7Kq-92!a')
  })

  test('a private key that was cut off, up to its last line', async () => {
    const text = `-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE${characters(56)}\n${characters(64)}\n\nand then it stops`
    const [found] = await findSecrets(text)
    expect(found && text.slice(found.end)).toBe('\n\nand then it stops')
  })

  test('each of several, in the order of the text', async () => {
    const text = SAMPLE_SECRETS.map(([, secret]) => `- ${secret}`).join('\n')
    expect(await kindsIn(text)).toEqual(SAMPLE_SECRETS.map(([kind]) => kind))
  })

  test('also what a comment for other scanners wants to hide', async () => {
    expect(await kindsIn(`// secretlint-disable\nconst t = "gh${'p_'}${characters(36)}"`)).toEqual(['github-token'])
  })
})

const repeat = (make: (i: number) => string, times = 40) => Array.from({ length: times }, (_, i) => make(i)).join(' ')
const NEGATIVES: readonly (readonly [what: string, text: string])[] = [
  ['UUIDs', repeat(() => randomUUID())],
  ['SHA-1', repeat((i) => createHash('sha1').update(String(i)).digest('hex'))],
  ['SHA-256', repeat((i) => createHash('sha256').update(String(i)).digest('hex'))],
  ['SHA-512 in base 64', repeat((i) => `sha512-${createHash('sha512').update(String(i)).digest('base64')}`)],
  [
    'a base 64 image',
    `data:image/png;base64,iVBORw0KGgo${characters(60_000, `${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'}+/`)}`,
  ],
  ['commit ids', 'Fixed in 3f9a1c2b4d and e2e (#4711); revert 0123456789abcdef0123456789abcdef01234567 if it breaks.'],
  [
    'prose about keys',
    'The API key of the billing service lives in the vault under billing/api-key; never paste the private key or the token here.',
  ],
  ['a PEM header in prose', 'A file that begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY----- is a key.'],
  ['a placeholder key', '-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----'],
  ['a public key', `-----BEGIN PUBLIC KEY-----\n${characters(64)}\n${characters(64)}\n-----END PUBLIC KEY-----`],
  ['a certificate', `-----BEGIN CERTIFICATE-----\n${characters(64)}\n${characters(64)}\n-----END CERTIFICATE-----`],
  ['an SSH public key', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${characters(43)} ana@laptop`],
  ['an age recipient', `age1${characters(58, 'qpzry9x8gf2tvdw0s3jn54khce6mua7l')}`],
  ['the samples of the AWS manual', 'AKIAIOSFODNN7EXAMPLE with aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ['an AWS account and an ARN', 'account_id: 123456789012, arn:aws:iam::123456789012:role/deploy'],
  ['URLs', 'https://example.com:8443/a?b=c@d, http://localhost:3000, ssh://git@github.com/x/y, git@github.com:x/y.git, mailto:a@b.c'],
  ['a URL with a port and a scoped package', 'https://unpkg.com:443/@scope/name@1.2.3, npm:@a/b@^1.0.0, https://x.example/~ana:notes'],
  [
    'URLs as documents write them',
    'postgres://user:password@localhost/db, postgresql://USER:PASSWORD@HOST:5432/DB, https://user:pass@example.com, amqp://guest:guest@mq, redis://:${REDIS_PASSWORD}@cache, mysql://root:{{ password }}@db, mongodb://<user>:<password>@host, https://bob:***@x.example, postgres://app:your_password@db, http://a:%PASSWORD%@b.example, ftp://x:xxxx@y.example',
  ],
  [
    'placeholders of tokens',
    'ghp_..., ghp_xxxx, sk-ant-..., xoxb-your-token, npm_<token>, glpat-XXXX, AIza..., tmws_..., hf_xxx, Bearer $TOKEN, eyJ...',
  ],
  ['an npm file with a variable', '//registry.example.com/:_authToken=${NPM_TOKEN}\n//x.example/:_authToken=YOUR_TOKEN'],
  ['names of our metrics', 'tmws_http_request_duration_seconds_count and tmws_event_loop_lag_seconds{quantile="0.99"} 1'],
  ['code', 'const token = await getToken(user.id); if (!token) throw new Error("no token"); process.env.GITHUB_TOKEN ?? "";'],
  [
    'code of a test',
    "expect(secretProblem('change-me-please')).toBeDefined(); const skills = ['sk-learn', 'task-force-one', 'disk-usage-report-2024'];",
  ],
  [
    'identifiers with the prefixes',
    'disk-proj-alpha, hf_hub_download, npm_config_registry, gho_st, glc_enabled, vca_index, ops_eyes, cfk_name, SG.Group.Name',
  ],
  ['a table of numbers', repeat((i) => `| 2026-11-${i} | ${(i * 7919) % 100_000} | ${i * 1.5} |`)],
  ['log lines', repeat((i) => `2026-11-24T10:00:${i}.123Z INFO request_id=${createHash('md5').update(String(i)).digest('hex')} 200 12ms`)],
  ['Japanese', '請求サービスの鍵は金庫にあります。トークンをここに貼らないでください。パスワード：なし'],
  [
    'a JWT without a signature',
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"1"}').toString('base64url')}.`,
  ],
  ['three parts that are no JWT', `eyJ${characters(20)}.eyJ${characters(20)}.${characters(20)}`],
  ['a masked text', 'postgres://shop:[masked: url-password]@db, token [masked: github-token], key [masked: private-key]'],
  [
    'a minified script',
    readFileSync(join(import.meta.dirname, '../../../node_modules/zod/v4/core/schemas.js'), 'utf8').replaceAll(/\s+/g, ' '),
  ],
]

describe('does not take for a credential', () => {
  test.each(NEGATIVES)('%s', async (_what, text) => {
    expect(await findSecrets(text)).toEqual([])
  })

  test('anything in the source of this program', async () => {
    const folder = join(import.meta.dirname, '../..')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && !/\.test\.|testing/.test(name),
    )
    expect(files.length).toBeGreaterThan(200)
    for (const file of files) expect([file, await findSecrets(readFileSync(join(folder, file), 'utf8'))]).toEqual([file, []])
  })
})

describe('costs', () => {
  test('little on texts made to be slow', async () => {
    const seeds = [
      'a',
      '://',
      'a://b:',
      'AKIA',
      '-eyJ',
      '.eyJa',
      'eyJa.',
      '-----BEGIN PRIVATE KEY-----\n',
      'https://a:b@',
      'sk-ant-',
      'xoxb-1-',
      ':a@',
      '-sk-ant-api03-',
    ]
    const more = [
      'tmws_',
      'AccountKey=',
      'aws_secret_access_key = ',
      '_authToken=',
      'SG.a.',
      'ghs_1_',
      '0',
      '\n',
      '@',
      'mongodb://a:',
      'AccessKey',
    ]
    for (const seed of [...seeds, ...more]) {
      const text = `PRIVATE KEY ${seed.repeat(Math.ceil(100_000 / seed.length)).slice(0, 99_000)}`
      const start = process.cpuUsage()
      await findSecrets(text)
      const { user, system } = process.cpuUsage(start)
      // Tens of milliseconds of work when it is linear, many seconds when it is not; time spent waiting for a core does not count.
      expect([seed, (user + system) / 1000 < 1_500]).toEqual([seed, true])
    }
  }, 60_000)

  test('nothing but a look at most texts: those without any mark are not read by the rules', () => {
    const prose = 'We moved billing to the new queue on Tuesday, see ticket 4711. '.repeat(8)
    expect(mayHoldSecret(prose)).toBe(false)
    expect(SAMPLE_SECRETS.filter(([, secret]) => !mayHoldSecret(secret))).toEqual([])
  })
})
