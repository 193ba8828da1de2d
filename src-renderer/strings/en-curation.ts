import { plural } from './plural.ts'

const some = (n: number) => `${n} ${plural(n, 'memory', 'memories')}`

/** Words for changing many memories, for pinning, for erasing and for the preview of a text. */
export const curation = {
  bulk: {
    label: 'Ticked memories',
    ticked: (n: number) => `${n} ticked`,
    tick: (text: string) => `Tick “${text}”`,
    all: 'Tick all shown',
    none: 'Untick all',
    tag: 'Tag',
    tagPlaceholder: 'Tag…',
    addTag: 'Add',
    removeTag: 'Remove',
    importance: 'Importance',
    level: 'Visibility',
    pin: 'Pin',
    unpin: 'Unpin',
    trash: 'Move to trash',
    restore: 'Restore',
    erase: 'Erase for good…',
    progress: (done: number, total: number) => `${done} of ${total}`,
    changed: (n: number) => `${some(n)} changed`,
    trashed: (n: number) => `${some(n)} moved to the trash`,
    restored: (n: number) => `${some(n)} restored`,
    erased: (n: number) => `${some(n)} erased`,
    failed: (n: number, why: string) => `${n} could not be changed: ${why}`,
  },
  erase: {
    title: (n: number) => (n === 1 ? 'Erase this memory for good?' : `Erase ${n} memories for good?`),
    how: 'The text, its history and its vectors are removed. Nobody can bring them back; the audit keeps only that it was done.',
    confirm: 'Erase for good',
  },
  pin: {
    pin: 'Pin',
    unpin: 'Unpin',
    pinned: 'Pinned: it is kept at hand',
    unpinned: 'No longer pinned',
  },
  readers: { title: 'Read by' },
  preview: {
    label: 'Face of the text',
    write: 'Write',
    preview: 'Preview',
    text: 'As stored',
    formatted: 'Formatted',
    nothing: 'Nothing to preview yet.',
    image: 'image',
  },
}
