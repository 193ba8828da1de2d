import { useState } from 'react'
import { SettingsRow } from '../components/settings-row.tsx'
import type { Stores } from '../state/stores.ts'
import { strings } from '../strings/strings.ts'

const words = strings.settings.moving
const CHOICES = ['trash', 'vectors', 'gzip'] as const
const TEXTS = { trash: words.withTrash, vectors: words.withVectors, gzip: words.packed }

/** Everything as one file. */
export function BackupExport({ stores }: { readonly stores: Stores }) {
  const [choice, setChoice] = useState({ trash: true, vectors: false, gzip: false })
  return (
    <SettingsRow label={words.export} about={words.exportHow}>
      <div className="stacked">
        {CHOICES.map((name) => (
          <label key={name} className="check-line">
            <input type="checkbox" checked={choice[name]} onChange={(event) => setChoice({ ...choice, [name]: event.target.checked })} />
            {TEXTS[name]}
          </label>
        ))}
        <a className="button plain" href={stores.settings.exportUrl(choice)} download>
          {words.download}
        </a>
      </div>
    </SettingsRow>
  )
}
