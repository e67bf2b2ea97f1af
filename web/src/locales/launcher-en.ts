/** The words of the launcher, in English: all that is read before anybody has asked for help. */
export const words = {
  language: "en",
  direction: "ltr",
  help: "Help",
  close: "Close",
  /** Shown when the site opens the panel and nobody has pressed anything yet. */
  greeting: "Would you like a hand? Somebody from this site can join you on this page.",
  ask: "Ask for help",
  again: "Try again",
  /** Why help cannot begin, by code. */
  problems: {
    "no-key": "Help is not set up on this page yet. Please tell the people who run this site.",
    "load-failed": "Help could not be loaded. Please check your connection and try again, or reload the page.",
  },
} as const;
