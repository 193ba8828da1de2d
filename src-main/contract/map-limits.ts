/** Places on the map are whole numbers from 0 to this, in both directions. */
export const MAP_EXTENT = 65_535
/** Cards that one request may ask for. */
export const MAX_CARDS = 60
/** Characters of a card. */
export const CARD_CHARACTERS = 280
