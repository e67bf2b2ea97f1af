/** The words of the chat over the page, in English, but for those of the launcher. */
export const words = {
  cancel: "Cancel",
  end: "End",
  send: "Send",
  message: "Message",
  placeholder: "Write a message",
  conversation: "Conversation",

  you: "You",
  helper: "Your helper",
  typing: (name: string) => `${name} is writing…`,
  unread: (count: number) => `New messages: ${count}`,
  tooLong: (count: number) => `Too long for one message. Please take out about ${count} characters.`,
  marks: { sending: "Sending", delivered: "Delivered", read: "Read", unsent: "Not delivered" },

  /** For each state a title, and a sentence under it. */
  asking: ["Asking for help…", "One moment. We keep trying until the help server answers."],
  next: ["You are next", "You can already write what you need."],
  inLine: (position: number) => [`You are number ${position} in line`, "You can already write what you need."],
  unavailable: ["Nobody is here right now", "Stay on this page and you keep your place: somebody may come soon. Or try again later."],
  connecting: (name: string) => [`${name} is joining you…`, "Connecting the two of you directly."],
  connected: (name: string) => [name, "Verified helper of this site"],
  automated: (name: string) => [name, "A program, verified by this site"],
  reconnecting: (name: string) => [`Finding ${name} again…`, "What you write is kept until then."],
  ended: {
    visitor: () => "You ended the conversation",
    helper: (name: string) => `${name} ended the conversation`,
    lost: () => "The connection was lost",
  },
  over: "Nothing is shared any more.",
  failed: "That did not work",

  /** What went wrong and what to do, by code: what must be said though the server would rather not have it said. */
  errors: {
    unverified: "Somebody answered who could not be verified as a helper of this site. Nothing was shared with them.",
    "seal-broken": "Something on the way changed what was sent, so the connection was closed.",
  },
  /** What went wrong, when nobody knows better. */
  error: "Something did not work. Please try again, or reload the page.",

  shared: "What is shared",
} as const;
