/** The words of *What is shared*, in English. */
export const words = {
  nothing: "Nothing yet. A helper of this site gets what will stand here, once verified.",
  lead: "Exactly this, straight to your helper and to nobody else:",
  omitted: (count: number) => `Parts left out, as they may be private: ${count}`,
  never: "And what you two write. Never: what this page shows, what you type into it, passwords, cookies, files.",
  /** What a helper is told, by its name on the wire. */
  fields: {
    url: "Page address",
    title: "Page title",
    viewport: "Window",
    scroll: "Scrolled",
    browser: "Browser",
    platform: "System",
    language: "Language",
    timeZone: "Time zone",
    screen: "Screen",
  },
} as const;
