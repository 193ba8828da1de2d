import { AppError } from '../base/errors.ts'
import type { DesktopApi } from '../contract/ipc.ts'
import { exportQuerySchema, importQuerySchema } from '../contract/transfer.ts'
import { isThemeChoice } from './desktop-state.ts'

type Check = (value: unknown) => boolean

const isBoolean: Check = (value) => typeof value === 'boolean'
const isShortText: Check = (value) => typeof value === 'string' && value.length <= 200
const exportChoice = exportQuerySchema.partial()
const importChoice = importQuerySchema.partial()
const isExportChoice: Check = (value) => value === undefined || exportChoice.safeParse(value).success
const isImportChoice: Check = (value) => value === undefined || importChoice.safeParse(value).success

/** What each function takes, argument by argument. */
const FORMS: { readonly [M in keyof DesktopApi]: readonly Check[] } = {
  getAppInfo: [],
  getAutostart: [],
  setAutostart: [isBoolean],
  getUpdates: [],
  setUpdateChecks: [isBoolean],
  checkForUpdates: [],
  downloadUpdate: [],
  installUpdate: [],
  exportToFile: [isExportChoice],
  chooseImportFile: [],
  importChosenFile: [isShortText, isImportChoice],
  saveBackupAs: [isShortText],
  showDataFolder: [],
  showLog: [],
  getTheme: [],
  setTheme: [isThemeChoice],
}

/** The arguments, as they came, when they have the form that the contract says. Throws `invalid_request` otherwise. */
export function assertArguments(name: keyof DesktopApi, args: readonly unknown[]): readonly unknown[] {
  const forms = FORMS[name]
  const isRight = args.length <= forms.length && forms.every((fits, index) => fits(args[index]))
  if (!isRight) throw new AppError('invalid_request', `${name} was called with arguments that it does not take.`)
  return args
}
