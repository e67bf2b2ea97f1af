/** The words of what a helper asks for, in English. */
export const words = {
  address: (name: string) => `${name} would like you to go to this address:`,
  refresh: (name: string) => `${name} would like to load this page again.`,
  /** What loading a page means for what is on it now. */
  loads: "What you have typed into this page and not sent may be lost.",
  stays: "It is on this page: nothing you have typed is lost.",
  allow: "Allow",
  decline: "Not now",
} as const;
