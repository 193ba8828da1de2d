import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { desktop } from '../api/desktop.ts'
import { messageOf } from '../api/server-error.ts'
import type { Backup } from '../api/settings-api.ts'
import { Age } from '../components/age.tsx'
import { Button } from '../components/button.tsx'
import { ConnectCode } from '../components/connect-code.tsx'
import { CopyButton } from '../components/copy-button.tsx'
import { Face } from '../components/face.tsx'
import { bytes } from '../format/numbers.ts'
import { absoluteTime } from '../format/relative-time.ts'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'
import { BackupRestore } from './backup-restore.tsx'
import { QueryFace } from './query-face.tsx'

const { backups: words, moving, restore } = strings.settings

/** Copies of the store: those that are there, one more, and the way back to one. */
export function BackupList({ stores }: { readonly stores: Stores }) {
  const query = useQuery({ queryKey: ['backups'], queryFn: ({ signal }) => stores.settings.backups(signal) })
  const now = useStore(stores.clock, (time) => time)
  const make = useMutation({
    mutationFn: () => stores.settings.makeBackup(),
    onSuccess: (backup) => stores.toasts.show(words.made(bytes(backup.bytes))),
    onError: (error) => stores.toasts.fail(messageOf(error)),
    onSettled: () => stores.queries.invalidateQueries({ queryKey: ['backups'] }),
  })
  const save = useMutation({
    mutationFn: async (name: string) => desktop?.saveBackupAs(name),
    onSuccess: (file) => {
      if (file?.outcome === 'written') stores.toasts.show(moving.written(file.name, bytes(file.bytes)))
    },
    onError: (error) => stores.toasts.fail(messageOf(error)),
  })
  const [restoring, setRestoring] = useState<Backup>()
  const backups = query.data ?? []
  const newest = backups[0]
  return (
    <section className="settings-list" aria-label={words.list}>
      <header>
        <h3>{words.list}</h3>
        <Button small disabled={make.isPending} onClick={() => make.mutate()}>
          {make.isPending ? words.making : words.make}
        </Button>
      </header>
      <QueryFace query={query}>
        {newest === undefined ? (
          <Face level={3} title={words.empty} text={words.emptyHow} />
        ) : (
          <>
            <BackupTable backups={backups} now={now} onRestore={setRestoring} onSaveAs={desktop && ((name) => save.mutate(name))} />
            <p className="settings-note">{words.exactly}</p>
            <ConnectCode text={`tmws restore ${newest.file}`} what={words.restoreCommand} />
          </>
        )}
      </QueryFace>
      {restoring && <BackupRestore stores={stores} backup={restoring} onClose={() => setRestoring(undefined)} />}
    </section>
  )
}

interface BackupTableProps {
  readonly backups: readonly Backup[]
  readonly now: number
  readonly onRestore: (backup: Backup) => void
  /** Puts a copy where the person says; undefined in a browser. */
  readonly onSaveAs: ((name: string) => void) | undefined
}

function BackupTable({ backups, now, onRestore, onSaveAs }: BackupTableProps) {
  const { columns } = words
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{columns.at}</th>
          <th scope="col">{columns.kind}</th>
          <th scope="col" className="right">
            {columns.size}
          </th>
          <th scope="col">{columns.file}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {backups.map((backup) => {
          const { name, file, kind, created_at: at, bytes: size } = backup
          return (
            <tr key={name}>
              <td>
                <Age at={at} now={now} long />
              </td>
              <td>{words.kinds[kind]}</td>
              <td className="figures right">{bytes(size)}</td>
              <td>
                <span className="file-cell">
                  <span className="mono break" title={file}>
                    {name}
                  </span>
                  <CopyButton text={file} what={words.copyName} />
                  {onSaveAs && (
                    <Button small look="quiet" onClick={() => onSaveAs(name)}>
                      {moving.saveAs}
                    </Button>
                  )}
                </span>
              </td>
              <td className="right">
                <Button small aria-label={restore.openNamed(absoluteTime(at))} onClick={() => onRestore(backup)}>
                  {restore.open}
                </Button>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
