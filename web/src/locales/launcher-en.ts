// The words of the launcher, in English: all that is read before anybody has asked for help.

export const language = "en";
export const direction = "ltr";
export const help = "Help";
export const close = "Close";
/** Shown when the site opens the panel and nobody has pressed anything yet. */
export const greeting = "Would you like a hand? Somebody from this site can join you on this page.";
export const ask = "Ask for help";
export const again = "Try again";
/** Why help cannot begin, by code. */
export const problems = {
  "no-key": "Help is not set up on this page yet. Please tell the people who run this site.",
  "load-failed": "Help could not be loaded. Please check your connection and try again.",
};
