import { Dialog } from '../components/dialog.tsx'
import { MemoryEditor } from '../components/memory-editor.tsx'
import { MOD_KEY } from '../keyboard/use-shortcuts.ts'
import { EMPTY_DRAFT, storeInputOf } from '../model/memory-draft.ts'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

/** A memory that the person writes. */
export function NewMemoryScreen({ stores, onClose }: { readonly stores: Stores; readonly onClose: () => void }) {
  return (
    <Dialog title={strings.editor.newTitle} onClose={onClose}>
      <div className="dialog-body">
        <MemoryEditor
          initial={EMPTY_DRAFT}
          submitText={strings.editor.store}
          hint={strings.editor.newHint}
          modKey={MOD_KEY}
          onCancel={onClose}
          onSave={async (draft) => {
            const stored = await stores.actions.store(storeInputOf(draft))
            if (typeof stored === 'string') return stored
            onClose()
            stores.router.go({ screen: 'memories', id: stored.id })
            return undefined
          }}
        />
      </div>
    </Dialog>
  )
}
