/* eslint-disable @typescript-eslint/no-unnecessary-template-expression -- credentials are put together, so that no scanner takes this file for a leak */
import { describe, expect, test } from 'vitest'
import { AppError } from '../../base/errors.ts'
import { SecretScreen } from './secret-screen.ts'
import type { SecretMode, SecretSighting } from './secret-screen.ts'
import { characters } from './testing/sample-secrets.ts'

const TOKEN = `gh${'p_'}${characters(36)}`
const PASSWORD = characters(12)
const FIELDS = {
  content: `Deploys use ${TOKEN}, twice: ${TOKEN}`,
  summary: `postgres://shop:${PASSWORD}@db.example.com/shop`,
  tags: ['deploy', TOKEN],
  context: { deploy: { env: [{ aws_secret_access_key: characters(40) }] }, [TOKEN]: 1, n: 2, none: null },
  source_url: `https://ana:${PASSWORD}@git.example.com/x`,
  importance: 0.5,
}

function screen(mode: SecretMode) {
  const seen: SecretSighting[] = []
  return {
    seen,
    screen: new SecretScreen(
      () => mode,
      (sighting) => seen.push(sighting),
    ),
  }
}

describe('a screen', () => {
  test('that is off looks at nothing', async () => {
    const { seen, screen: off } = screen('off')
    expect(await off.screen(FIELDS)).toEqual({ fields: FIELDS, warnings: [] })
    expect(seen).toEqual([])
  })

  test('that warns changes nothing, and names each kind once a field without repeating it', async () => {
    const { seen, screen: warns } = screen('warn')
    const { fields, warnings } = await warns.screen(FIELDS)
    expect(fields).toBe(FIELDS)
    expect(warnings.map(({ field, kind }) => [field, kind]).toSorted()).toEqual([
      ['content', 'github-token'],
      ['context', 'aws-key'],
      ['context', 'github-token'],
      ['source_url', 'url-password'],
      ['summary', 'url-password'],
      ['tags', 'github-token'],
    ])
    expect(seen).toHaveLength(6)
    expect(seen[0]).toEqual({ kind: 'github-token', field: 'content', action: 'warned' })
    for (const told of [JSON.stringify(warnings), JSON.stringify(seen)]) {
      expect(told).not.toContain(TOKEN)
      expect(told).not.toContain(PASSWORD)
    }
  })

  test('that masks leaves nothing of them in any field, and all the rest', async () => {
    const { seen, screen: masks } = screen('mask')
    const { fields, warnings } = await masks.screen(FIELDS)
    expect(fields).toEqual({
      content: 'Deploys use [masked: github-token], twice: [masked: github-token]',
      summary: 'postgres://shop:[masked: url-password]@db.example.com/shop',
      tags: ['deploy', '[masked: github-token]'],
      context: { deploy: { env: [{ aws_secret_access_key: '[masked: aws-key]' }] }, '[masked: github-token]': 1, n: 2, none: null },
      source_url: 'https://ana:[masked: url-password]@git.example.com/x',
      importance: 0.5,
    })
    expect(warnings).toHaveLength(6)
    expect(warnings[0]?.message).toContain('"[masked: github-token]" was stored in its place')
    expect(seen.every(({ action }) => action === 'masked')).toBe(true)
    expect(await masks.screen(fields)).toEqual({ fields, warnings: [] })
  })

  test('leaves fields that are not named, or taken away, as they are', async () => {
    const { screen: masks } = screen('mask')
    const fields = { summary: null, source_url: null, pinned: true }
    expect((await masks.screen(fields)).fields).toBe(fields)
    expect((await masks.screen({ ...fields, content: TOKEN })).fields).toEqual({ ...fields, content: '[masked: github-token]' })
  })

  test('refuses a text that masking makes too long to keep', async () => {
    const { screen: masks } = screen('mask')
    const many = 'a://b:cd@e '.repeat(9_000)
    const refusal = await masks.screen({ content: many }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(AppError)
    expect((refusal as AppError).message).toContain('content is too long once the credentials in it are masked')
  })
})
