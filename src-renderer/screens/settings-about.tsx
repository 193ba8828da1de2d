import type { SettingsReport } from '../api/settings-api.ts'
import { CopyButton } from '../components/copy-button.tsx'
import { Facts } from '../components/facts.tsx'
import { SettingsRow } from '../components/settings-row.tsx'
import { SettingsSection } from '../components/settings-section.tsx'
import type { Stores } from '../state/stores.ts'
import { useStore } from '../state/use-store.ts'
import { strings } from '../strings/strings.ts'

const words = strings.settings.about

/** Which TMWS this is, where it is reached, and where more is written. */
export function SettingsAbout({ stores, report }: { readonly stores: Stores; readonly report: SettingsReport }) {
  const version = useStore(stores.connection, (state) => state.serverVersion)
  const wsUrl = useStore(stores.overview.store, (state) => state.health?.checks.sessions['ws_url'])
  const address = (url: string, what: string) => (
    <span className="copyable">
      <span className="mono break">{url}</span>
      <CopyButton text={url} what={what} />
    </span>
  )
  return (
    <>
      <SettingsSection title={strings.product}>
        <Facts
          facts={[
            { label: words.version, value: version },
            { label: words.rest, value: address(`${location.origin}/api/v1`, words.rest) },
            { label: words.mcp, value: address(`${location.origin}/mcp`, words.mcp) },
            { label: words.ws, value: typeof wsUrl === 'string' ? address(wsUrl, words.ws) : undefined },
            { label: words.file, value: address(report.file, words.file) },
          ]}
        />
      </SettingsSection>
      <SettingsSection title={words.api}>
        <SettingsRow label={words.api} about={words.apiHow}>
          <a className="button plain" href="/docs/" target="_blank" rel="noreferrer">
            {words.open}
          </a>
        </SettingsRow>
        <SettingsRow label={words.openapi}>
          <a className="button plain" href="/openapi.json" target="_blank" rel="noreferrer" aria-label={`${words.open}: ${words.openapi}`}>
            {words.open}
          </a>
        </SettingsRow>
        <SettingsRow label={words.licences} about={words.licencesHow}>
          <span className="mono">MIT</span>
        </SettingsRow>
      </SettingsSection>
    </>
  )
}
