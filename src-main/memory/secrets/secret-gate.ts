/**
 * What every rule's finds have in common: each begins with, or holds, one of these. Most texts hold none, so that a store pays for one
 * pass of one expression, and the rules are not even loaded. A rule whose samples do not pass here fails its test.
 */
const MARKS = new RegExp(
  [
    'PRIVATE KEY',
    'AGE-SECRET-KEY-',
    'A[KS]IA[A-Z2-7]',
    '[Aa](?:ccess|CCESS)_?[Kk](?:ey|EY)',
    'AccountKey=',
    'AIza',
    'GOCSPX-',
    'gh[opusr]_|github_pat_',
    'glpat-',
    'gl(?:c|sa)_',
    'x(?:ox[abopr]|app)-',
    'hooks\\.slack\\.com',
    '[Ss][Kk]-',
    '[rs]k_(?:live|test)_',
    'npm_|_authToken=',
    'x-oauth-basic@',
    'eyJ',
    ':[^\\s/?#@]{1,512}@',
    'SG\\.',
    'shp(?:[cp]a|at|ss)_',
    'gsk_|hf_|lin_api_|ntn_|ops_ey|dckr_pat_|figd_|tskey-|dapi|tmws_',
    'hv[bsr]\\.',
    'vc[aikpr]_',
    'cf(?:k|[au]t)_',
  ].join('|'),
)

/** False for a text in which no rule can find anything. Linear in its length. */
export function mayHoldSecret(text: string): boolean {
  return MARKS.test(text)
}
