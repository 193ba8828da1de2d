/** Name of the app for the systems: bundle identifier, and what Windows knows its windows and notifications by. Never to be changed. */
export const APP_ID = 'app.tmws.desktop'

/** Of the links that open the app: `tmws://memory/ID`. */
export const LINK_SCHEME = 'tmws'
