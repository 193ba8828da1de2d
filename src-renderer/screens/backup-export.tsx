import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { desktop } from '../api/desktop.ts'
import { messageOf } from '../api/server-error.ts'
import { Button } from '../components/button.tsx'
import { bytes } from '../format/numbers.ts'
import { SettingsRow } from '../components/settings-row.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.settings.moving
const CHOICES = ['trash', 'vectors', 'gzip'] as const
const TEXTS = { trash: words.withTrash, vectors: words.withVectors, gzip: words.packed }

/** Everything as one file. */
export function BackupExport({ stores }: { readonly stores: Stores }) {
  const [choice, setChoice] = useState({ trash: true, vectors: false, gzip: false })
  const save = useMutation({
    mutationFn: async () => desktop?.exportToFile(choice),
    onSuccess: (file) => {
      if (file?.outcome === 'written') stores.toasts.show(words.written(file.name, bytes(file.bytes)))
    },
    onError: (error) => stores.toasts.fail(messageOf(error)),
  })
  return (
    <SettingsRow label={words.export} about={words.exportHow}>
      <div className="stacked">
        {CHOICES.map((name) => (
          <label key={name} className="check-line">
            <input type="checkbox" checked={choice[name]} onChange={(event) => setChoice({ ...choice, [name]: event.target.checked })} />
            {TEXTS[name]}
          </label>
        ))}
        {desktop ? (
          <Button disabled={save.isPending} onClick={() => save.mutate()}>
            {words.saveAs}
          </Button>
        ) : (
          <a className="button plain" href={stores.settings.exportUrl(choice)} download>
            {words.download}
          </a>
        )}
      </div>
    </SettingsRow>
  )
}
