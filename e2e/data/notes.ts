/** What a small team and its agents would really keep: decisions, bugs, preferences, people and dates. */
export interface Note {
  readonly key: string
  readonly content: string
  readonly tags: readonly string[]
  readonly importance?: number
}

export const NOTES: readonly Note[] = [
  {
    key: 'postgres-15',
    content:
      'Decision of 2026-11-20: we stay on PostgreSQL 15 until March. The nightly backup tool crashes against version 16; Marta has reported it to the vendor.',
    tags: ['decision', 'postgres'],
    importance: 0.8,
  },
  {
    key: 'clock-skew',
    content:
      'Bug: customers were logged out at random. Cause: the clock of host auth-2 ran 90 seconds ahead, so that fresh tokens looked expired. Fixed on 3 November by switching chrony on.',
    tags: ['bug', 'auth'],
    importance: 0.7,
  },
  {
    key: 'ines-style',
    content: 'Ines wants answers in short plain paragraphs: no bullet points, no headings, no emoji.',
    tags: ['preference'],
  },
  {
    key: 'pager',
    content: 'Tomasz carries the pager in the week of 14 December; Priya takes over on the 21st.',
    tags: ['people', 'on-call'],
  },
  {
    key: 'swiss-cents',
    content:
      'Invoices were one cent off for Swiss customers, because amounts were rounded line by line. They are now rounded once, on the total.',
    tags: ['bug', 'billing'],
  },
  {
    key: 'redis-over-memcached',
    content: 'We dropped Memcached in favour of Redis, because the live board needs publish and subscribe.',
    tags: ['decision'],
  },
  {
    key: 'monday-test',
    content:
      'The checkout test fails on Mondays only: it works out the "last business day" and gets a Sunday. The fixture now pins the clock.',
    tags: ['bug', 'ci'],
  },
  {
    key: 'carrier-limit',
    content: 'The carrier API takes 40 calls a minute; above that it blocks our address for an hour. Print labels in batches.',
    tags: ['api'],
  },
  {
    key: 'peanuts',
    content: 'Yusuf is allergic to peanuts; choose the restaurant for the team dinner accordingly.',
    tags: ['people'],
    importance: 0.9,
  },
  {
    key: 'hana-birthday',
    content: "Hana's birthday is on 9 February. She loves orchids and does not eat chocolate.",
    tags: ['people', 'dates'],
  },
  {
    key: 'lisbon-move',
    content: 'The Lisbon office moves to Rua da Prata 80 on 1 April; the old lease ends on the same day.',
    tags: ['office', 'dates'],
  },
  {
    key: 'coral',
    content: 'Brand colours: ink #1B2430 and coral #FF6B57. Coral is never used for text, its contrast is too low.',
    tags: ['design'],
  },
  {
    key: 'freeze',
    content: 'No releases between 18 December and 4 January. Only security fixes go out, with the approval of Daniela.',
    tags: ['decision', 'release'],
    importance: 0.8,
  },
  {
    key: 'sharp-leak',
    content: 'The image worker leaked 30 MB an hour, since sharp kept its cache. sharp.cache(false) solved it.',
    tags: ['bug', 'performance'],
  },
  {
    key: 'oskar-terminal',
    content: 'Oskar edits everything in Neovim and wants terminal commands, never instructions for menus.',
    tags: ['preference'],
  },
  {
    key: 'agpl',
    content: 'Legal forbids AGPL libraries in anything we ship to customers. MIT, BSD and Apache are fine.',
    tags: ['legal', 'decision'],
    importance: 0.8,
  },
  {
    key: 'certificate',
    content: 'The certificate of files.kestrel.example is renewed by hand and expires on 2027-02-11. To be automated before that.',
    tags: ['operations', 'dates'],
  },
  {
    key: 'export-retention',
    content: 'Customer exports must be deleted after 30 days; the auditor looked at that in September.',
    tags: ['legal', 'privacy'],
  },
  {
    key: 'lena-fridays',
    content: "Since October Lena works half days on Fridays, because of her daughter's kindergarten.",
    tags: ['people'],
  },
  {
    key: 'nats',
    content: 'We chose NATS over Kafka: three people can run it, and we need two thousand events a second, not two million.',
    tags: ['decision'],
  },
  { key: 'billing-day-ja', content: '決定: 請求書の締め日は毎月25日。経理の佐藤さんが翌営業日に送付する。', tags: ['決定', '経理'] },
  { key: 'yamada-mornings-ja', content: '山田さんは朝型なので、打ち合わせは午前中に入れること。', tags: ['好み'] },
  { key: 'postal-code-ja', content: '不具合: 郵便番号にハイフンがないと配送ラベルが空白になる。11月5日に修正済み。', tags: ['不具合'] },
  { key: 'osaka-wifi-ja', content: '大阪支社のWi-Fiのパスワードは総務の中村さんが管理している。', tags: ['大阪'] },
  { key: 'feature-name-ja', content: '新機能の名前は「しおり」に決まった。英語ではBookmarksと呼ぶ。', tags: ['決定'] },
  { key: 'nightly-reset-ja', content: 'テスト環境は毎晩2時に初期化される。残したいデータは別に保存しておく。', tags: ['運用'] },
  {
    key: 'redis-memory',
    content: 'Redis is limited to 4 GB; since August it evicts what was used least recently (allkeys-lru).',
    tags: ['operations'],
  },
  {
    key: 'staging-data',
    content: 'The staging database is rebuilt from anonymised production data every Sunday night.',
    tags: ['operations'],
  },
  {
    key: 'marta-proposals',
    content: 'Marta prefers a written proposal to a meeting: send her one page first.',
    tags: ['preference', 'people'],
  },
  {
    key: 'csv-last-row',
    content: 'Bug: the CSV import lost the last row when the file did not end with a line break. Fixed in 4.2.1.',
    tags: ['bug'],
  },
  {
    key: 'react-native',
    content: 'The mobile app stays on React Native; a rewrite in Swift and Kotlin was turned down because of its cost.',
    tags: ['decision', 'mobile'],
  },
  { key: 'tomasz-leave', content: 'Tomasz is on parental leave from 1 February to 30 April.', tags: ['people', 'dates'] },
  { key: 'logs', content: 'Production logs stay in Loki for 14 days and are then archived to cold storage.', tags: ['operations'] },
  { key: 'stripe-secret', content: 'The Stripe webhook secret was rotated on 12 October; the old one is revoked.', tags: ['security'] },
  {
    key: 'pricing-owner',
    content: "Priya's team owns the pricing engine. Ask in #pricing before you touch a discount rule.",
    tags: ['people', 'billing'],
  },
  { key: 'meeting-room', content: 'The Berlin meeting room "Spree" has no camera; take "Havel" for video calls.', tags: ['office'] },
  {
    key: 'synonyms',
    content: 'Search latency doubled after synonyms were switched on; the synonym list is now loaded lazily.',
    tags: ['bug', 'performance'],
  },
  { key: 'pix', content: 'Customers in Brazil pay by Pix; chargebacks do not exist there.', tags: ['billing'] },
  { key: 'nordicjs', content: 'Oskar speaks at NordicJS on 12 June, about offline-first synchronisation.', tags: ['people', 'dates'] },
  {
    key: 'feature-flags',
    content: 'Feature flags older than 90 days are removed by a weekly job; tell Lena if one has to stay.',
    tags: ['operations'],
  },
]

/** A question as somebody would ask it weeks later, in other words than the note, and the note that answers it. */
export interface Question {
  readonly asks: string
  readonly answer: string
}

export const QUESTIONS: readonly Question[] = [
  { asks: 'Why have we not upgraded our relational database yet?', answer: 'postgres-15' },
  { asks: 'What made people lose their sessions unexpectedly?', answer: 'clock-skew' },
  { asks: 'How should I format a reply for Ines?', answer: 'ines-style' },
  { asks: 'Who is on call right before Christmas?', answer: 'pager' },
  { asks: 'Why did bills for clients in Switzerland not add up?', answer: 'swiss-cents' },
  { asks: 'What was the reason for switching to a different cache?', answer: 'redis-over-memcached' },
  { asks: 'Which automated check breaks at the start of the week?', answer: 'monday-test' },
  { asks: 'How many requests may we send to the shipping company?', answer: 'carrier-limit' },
  { asks: 'Which food must we avoid when eating out together?', answer: 'peanuts' },
  { asks: 'What would be a good present for Hana?', answer: 'hana-birthday' },
  { asks: 'When do our colleagues in Portugal get a new workplace?', answer: 'lisbon-move' },
  { asks: 'Can I ship a new version over the winter holidays?', answer: 'freeze' },
  { asks: 'What cured the ever growing RAM usage of the picture service?', answer: 'sharp-leak' },
  { asks: 'Does Oskar like a graphical interface or the shell better?', answer: 'oskar-terminal' },
  { asks: 'Which open source licences are we not allowed to use?', answer: 'agpl' },
  { asks: 'How long may we keep data dumps of our users?', answer: 'export-retention' },
  { asks: 'Who leaves early at the end of the week to look after a child?', answer: 'lena-fridays' },
  { asks: 'Why did we pick the simpler message broker?', answer: 'nats' },
  { asks: '請求はいつ締め切られますか？', answer: 'billing-day-ja' },
  { asks: '山田さんとの会議は何時ごろがよいですか？', answer: 'yamada-mornings-ja' },
]
