/** Words of the tray, the menus, the dialogs and the page of a failed start. Those of the dashboard are in src-renderer/strings. */
export const EN = {
  tray: {
    running: 'Running',
    degraded: 'Running with trouble',
    stopping: 'Stopping',
    counts: (sessions: number, memories: number): string =>
      `${sessions} ${sessions === 1 ? 'session' : 'sessions'}, ${memories} ${memories === 1 ? 'memory' : 'memories'}`,
    open: 'Open TMWS',
    copyAddress: 'Copy address',
    openDataFolder: 'Open data folder',
    autostart: 'Start with the system',
    checkForUpdates: 'Check for updates…',
    quit: 'Quit TMWS',
  },
  menu: {
    file: 'File',
    edit: 'Edit',
    view: 'View',
    window: 'Window',
    help: 'Help',
    showLog: 'Show log',
    apiDocs: 'API documentation',
    about: 'About TMWS',
    services: 'Services',
    hide: 'Hide TMWS',
    hideOthers: 'Hide others',
    showAll: 'Show all',
    close: 'Close window',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    reload: 'Reload',
    devTools: 'Developer tools',
    zoomReset: 'Actual size',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fullScreen: 'Full screen',
    minimize: 'Minimize',
    zoom: 'Zoom',
    front: 'Bring all to front',
  },
  closeNotice: {
    title: 'TMWS keeps running',
    body: 'Your agents can still reach their memory. Open or quit TMWS from its icon in the tray, or start it again to see the window.',
  },
  updates: {
    title: 'Updates',
    current: (version: string): string => `TMWS ${version} is the newest version.`,
    available: (version: string): string => `TMWS ${version} is available.`,
    availableDetail: 'It is downloaded now and installed when you quit TMWS.',
    ready: (version: string): string => `TMWS ${version} is downloaded and will be installed when you quit TMWS.`,
    busy: 'TMWS is already looking, or downloading.',
    download: 'Download',
    later: 'Later',
    failed: 'It could not be found out whether there is a newer version.',
    ok: 'OK',
  },
  files: {
    exportTitle: 'Export to',
    importTitle: 'Import from',
    backupTitle: 'Save a copy of the backup',
    exports: 'Exports',
    imports: 'Exports and memory files',
    databases: 'Databases',
  },
  page: {
    unresponsive: 'The window does not answer.',
    unresponsiveDetail: 'The server and your agents are not affected.',
    wait: 'Wait',
    reload: 'Reload',
    crashed: 'The window has crashed several times.',
    crashedDetail: 'The server and your agents are not affected. The dashboard also opens in a browser.',
    openInBrowser: 'Open in browser',
    close: 'Close window',
    unsaved: 'There are changes that are not saved.',
    keepEditing: 'Keep editing',
    discard: 'Discard them',
  },
  failure: {
    title: 'TMWS could not start',
    kinds: {
      'other-runs': {
        what: 'Another TMWS already works on this data',
        todo: 'Use that one: its dashboard opens in your browser. Or end it, then try again.',
      },
      damaged: {
        what: 'The database is damaged',
        todo: 'Nothing was changed. Restore the newest backup; the damaged file is kept beside the backups.',
      },
      'damaged-without-backup': {
        what: 'The database is damaged, and there is no backup',
        todo: 'Nothing was changed. Move tmws.db out of the data folder to begin with an empty memory, and keep it: a rescue may need it.',
      },
      'newer-schema': {
        what: 'The data was written by a newer version',
        todo: 'Nothing was changed. Install the newest version of TMWS, then try again.',
      },
      key: {
        what: 'The database does not open with this key',
        todo: 'Nothing was changed. Give the right key (TMWS_DATABASE_KEY, or the file that TMWS_DATABASE_KEY_FILE names), then try again.',
      },
      secrets: {
        what: 'The secrets of the app cannot be read',
        todo: 'Unlock the keychain of your user, then try again.',
      },
      settings: {
        what: 'A setting is not right',
        todo: 'Correct it, then try again. Settings are in settings.json in the data folder and in variables that begin with TMWS_.',
      },
      unknown: { what: 'Something unexpected is in the way', todo: 'Try again. If it stays, the log says more.' },
      died: {
        what: 'The database has stopped working',
        todo: 'What was acknowledged is on the disk. Try again; if it happens again, the log says more.',
      },
    },
    said: 'What the program said',
    dataFolder: 'Data folder',
    actions: {
      retry: 'Try again',
      restore: (when: string): string => `Restore the backup of ${when}`,
      'open-other': 'Open its dashboard',
      'data-folder': 'Open data folder',
      log: 'Show log',
      quit: 'Quit',
    },
  },
} as const

/** The same keys with any words. */
export type Words = Wording<typeof EN>
type Wording<T> = {
  readonly [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: infer A) => string ? (...args: A) => string : Wording<T[K]>
}
