/** What a team's agents keep notes about: some subjects, each with its own things, deeds and reasons. Any two of a subject read alike. */
export interface Subject {
  readonly tag: string
  readonly things: readonly string[]
  readonly deeds: readonly string[]
}

const list = (text: string): string[] => text.split('|')

export const SUBJECTS: readonly Subject[] = [
  {
    tag: 'billing',
    things: list('the invoice run|the card retries|the refund queue|the VAT rounding|the dunning letters'),
    deeds: list(
      'charged customers twice on the first of the month|rounds each line instead of the total|waits three days before the second attempt|sends receipts in the wrong currency',
    ),
  },
  {
    tag: 'deploy',
    things: list('the blue-green deploy|the release pipeline|the canary rollout|the rollback script|the container image'),
    deeds: list(
      'stops when the health check of one pod fails|takes nine minutes since the last upgrade|must be approved by two people before Friday|left old pods running after the switch',
    ),
  },
  {
    tag: 'database',
    things: list('the Postgres replica|the nightly vacuum|the slow query on orders|the migration of the ledger table|the connection pool'),
    deeds: list(
      'lags forty seconds behind the primary|needs an index on customer and date|locks the table for longer than allowed|runs out of connections at noon',
    ),
  },
  {
    tag: 'search',
    things: list('the search index|the synonym list|the ranking of results|the typo tolerance|the facet counts'),
    deeds: list(
      'forgets documents that were updated twice|puts recent articles too far down|is rebuilt every night at two|confuses singular and plural in German',
    ),
  },
  {
    tag: 'auth',
    things: list('the login page|the session cookie|the password reset mail|the two-factor prompt|the OAuth callback'),
    deeds: list(
      'logs people out when the clock runs ahead|expires after thirty minutes without a warning|is not sent to addresses with a plus sign|accepts a code that was used before',
    ),
  },
  {
    tag: 'mobile',
    things: list('the Android app|the iOS build|the push notification|the offline mode|the app store review'),
    deeds: list(
      'crashes when the phone turns during upload|drains the battery in the background|was rejected for a missing privacy text|loses the draft when the network changes',
    ),
  },
  {
    tag: 'design',
    things: list('the colour palette|the onboarding screens|the empty state|the icon set|the dark theme'),
    deeds: list(
      'has too little contrast for small text|needs one sentence instead of three|was drawn again on a grid of eight pixels|confuses people who come from the old version',
    ),
  },
  {
    tag: 'meetings',
    things: list('the Monday stand-up|the quarterly review|the retrospective|the interview with the candidate|the call with the vendor'),
    deeds: list(
      'moves to ten o’clock from next week|ended with three actions and no owner|should be half as long and written down|was cancelled because two people were ill',
    ),
  },
  {
    tag: 'travel',
    things: list('the train to Vienna|the hotel in Lisbon|the flight to Osaka|the team trip|the visa for Kenji'),
    deeds: list(
      'must be booked before the end of the month|is refundable until the day before|leaves at seven from platform four|costs less with the company account',
    ),
  },
  {
    tag: 'garden',
    things: list('the tomatoes|the apple tree|the raised beds|the compost|the rose hedge'),
    deeds: list(
      'want water every second evening in July|should be cut back before the first frost|carry fruit only in the second year|need more lime and less shade',
    ),
  },
  {
    tag: 'kitchen',
    things: list('the sourdough|the lentil soup|the birthday cake|the espresso machine|the pasta for eight people'),
    deeds: list(
      'rises overnight in the fridge|needs cumin and a little lemon at the end|must rest for twenty minutes before it is cut|tastes bitter when the water is too hot',
    ),
  },
  {
    tag: 'music',
    things: list('the cello lesson|the choir rehearsal|the piano in the hall|the concert in May|the recording of the quartet'),
    deeds: list(
      'begins with scales in thirds and sixths|was moved to the church because of the organ|needs tuning after the heating season|repeats the slow movement twice',
    ),
  },
  {
    tag: 'health',
    things: list('the dentist appointment|the running plan|the allergy test|the physiotherapy|the sleep diary'),
    deeds: list(
      'is on the second Tuesday at eight|adds one kilometre every week until March|showed hazel and birch but no nuts|helps only when it is done every day',
    ),
  },
  {
    tag: 'finance',
    things: list('the tax return|the pension fund|the rent deposit|the insurance for the bike|the savings plan'),
    deeds: list(
      'is due by the end of July with all receipts|pays out three percent after costs|was paid back without the cleaning fee|covers theft only with two locks',
    ),
  },
  {
    tag: 'science',
    things: list('the telescope data|the protein model|the survey of beetles|the climate series|the lab notebook'),
    deeds: list(
      'shows a dip every eleven days|folds differently at low temperature|counted forty species on the south slope|has a gap of two winters without values',
    ),
  },
  {
    tag: 'security',
    things: list('the vulnerability report|the expired certificate|the firewall rule|the leaked test key|the audit of permissions'),
    deeds: list(
      'was closed within four hours of the mail|lets the build network reach production|is rotated on Mondays by a script|found nine accounts nobody uses any more',
    ),
  },
  {
    tag: 'support',
    things: list('the customer from Bern|the ticket about exports|the angry review|the chat widget|the help article'),
    deeds: list(
      'asked for a copy of all data twice|could not open the file in an old spreadsheet|was answered within an hour and changed to four stars|points to a page that no longer exists',
    ),
  },
  {
    tag: '会議',
    things: list('月曜日の定例会議|四半期レビュー|採用面接|顧客との打ち合わせ|議事録の共有'),
    deeds: list('は来週から十時に開始する|の資料は前日までに提出する|では三つの課題を確認した|を短くするよう提案があった'),
  },
  {
    tag: '請求',
    things: list('請求書の発行|クレジットカードの再試行|返金処理|消費税の計算|領収書の送付'),
    deeds: list('が月初に二重で実行された|は三日後にもう一度試す|の端数処理を合計で行うように修正した|が海外の顧客に届かなかった'),
  },
  {
    tag: 'legal',
    things: list('the data processing contract|the licence of the font|the trademark search|the privacy notice|the notice period'),
    deeds: list(
      'was signed by both sides in October|does not allow use in a desktop app|must name every processor outside Europe|is three months to the end of a quarter',
    ),
  },
]

const PEOPLE = ['Marta', 'Kenji', 'Aisha', 'Tom', 'Ines', 'Olu', 'Priya', 'Jonas']
export const AGENTS = ['claude-code', 'researcher', 'cursor', 'planner', 'claude-desktop'] as const

export interface SubjectNote {
  readonly subject: number
  readonly agent: string
  readonly namespace: string
  readonly content: string
  readonly tags: readonly string[]
}

/** The same note for the same number. Agents favour subjects, as agents do. */
export function subjectNote(index: number): SubjectNote {
  const subject = (index * 7 + Math.floor(index / 37)) % SUBJECTS.length
  const { tag, things, deeds } = SUBJECTS[subject] ?? { tag: '', things: [''], deeds: [''] }
  const thing = things[index % things.length] ?? ''
  const deed = deeds[Math.floor(index / 3) % deeds.length] ?? ''
  const person = PEOPLE[Math.floor(index / 11) % PEOPLE.length] ?? ''
  const isJapanese = /\p{Script=Han}/u.test(tag)
  const content = isJapanese ? `${person}より：${thing}${deed}。記録番号${index}。` : `${person} says ${thing} ${deed}. Note ${index}.`
  const agent = AGENTS[(index % 3 === 0 ? index : subject) % AGENTS.length] ?? 'planner'
  return { subject, agent, namespace: subject % 4 === 3 ? 'home' : 'acme', content, tags: [tag, ...(index % 5 === 0 ? ['decision'] : [])] }
}
