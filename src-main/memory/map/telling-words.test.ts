import { expect, test } from 'vitest'
import { keyOf, labelWords } from './label-words.ts'
import { tellingWords } from './telling-words.ts'

test('words of a label are whole ones that say something, in any script', () => {
  expect([...labelWords('The Deploys of billing-service v2 were 42 times rolled back')]).toEqual([
    'deploys',
    'billing-service',
    'times',
    'rolled',
    'back',
  ])
  expect([...labelWords('請求書の支払いについてレビューした')]).toEqual(expect.arrayContaining(['請求', 'レビュー']))
  expect([...labelWords('請求書の支払いについて')].some((word) => word === 'の' || word === 'について')).toBe(false)
  expect([keyOf('deploys'), keyOf('status'), keyOf('class'), keyOf("marta's")]).toEqual(['deploy', 'status', 'class', 'marta'])
})

test('a group is named by what its texts say and others do not', () => {
  const texts = [
    ...['The invoice was paid late', 'Send invoices on Monday', 'An invoice needs an approval', 'Approval of a late invoice'].map(
      (text) => ({ group: 0, text }),
    ),
    ...['Deploy on Monday', 'The deploy of the gateway failed', 'Roll back a deploy of the gateway'].map((text) => ({ group: 1, text })),
    ...['会議は月曜日に行う', '月曜日の会議の議事録', '会議の予定'].map((text) => ({ group: 2, text })),
  ]
  const [invoices, deploys, meetings] = tellingWords(texts, 3)
  expect(invoices).toEqual(['invoice', 'approval', 'late'])
  expect(deploys).toEqual(['deploy', 'gateway'])
  expect(meetings?.[0]).toBe('会議')
})

test('nothing is said where there is nothing to say', () => {
  expect(tellingWords([], 2)).toEqual([[], []])
  expect(tellingWords([{ group: 0, text: '12 34 !!' }], 1)).toEqual([[]])
})
