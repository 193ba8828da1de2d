import type { curation as english } from './en-curation.ts'

/** The Japanese for en-curation.ts. */
export const curation: typeof english = {
  bulk: {
    label: '選んだメモリー',
    ticked: (n) => `${n} 件を選択中`,
    tick: (text) => `「${text}」を選ぶ`,
    all: '表示中をすべて選ぶ',
    none: '選択を解除',
    tag: 'タグ',
    tagPlaceholder: 'タグ…',
    addTag: '付ける',
    removeTag: '外す',
    importance: '重要度',
    level: '公開範囲',
    pin: 'ピン留め',
    unpin: 'ピンを外す',
    trash: 'ゴミ箱へ移動',
    restore: '復元',
    erase: '完全に消去…',
    progress: (done, total) => `${done} / ${total}`,
    changed: (n) => `メモリー ${n} 件を変更しました`,
    trashed: (n) => `メモリー ${n} 件をゴミ箱へ移動しました`,
    restored: (n) => `メモリー ${n} 件を復元しました`,
    erased: (n) => `メモリー ${n} 件を消去しました`,
    failed: (n, why) => `${n} 件は変更できませんでした: ${why}`,
  },
  erase: {
    title: (n) => (n === 1 ? 'このメモリーを完全に消去しますか？' : `メモリー ${n} 件を完全に消去しますか？`),
    how: 'テキスト、履歴、ベクトルが取り除かれ、誰にも戻せません。消去したという事実だけが監査に残ります。',
    confirm: '完全に消去',
  },
  pin: { pin: 'ピン留め', unpin: 'ピンを外す', pinned: 'ピン留めしました', unpinned: 'ピンを外しました' },
  preview: {
    label: 'テキストの見せ方',
    write: '書く',
    preview: 'プレビュー',
    text: '保存されたまま',
    formatted: '整形',
    nothing: 'プレビューするものがありません。',
    image: '画像',
  },
}
