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

  /** What went wrong and what to do, by code; `other` for a code that has no words of its own. */
  errors: {
    unverified: "Somebody answered who could not be verified as a helper of this site. Nothing was shared with them.",
    unsupported: "This browser lacks what help needs. A recent Firefox, Chrome, Edge or Safari has it.",
    "unknown-team": "The help server does not know this site. Please tell the people who run it.",
    "queue-full": "Very many people are waiting. Please try again in a few minutes.",
    "connect-timeout": "A helper came, but the network let no direct connection through. Another network often does.",
    "seal-broken": "Something on the way changed what was sent, so the connection was closed.",
    "not-sent": "That could not be sent. Please try again in a moment.",
    other: "The help server or your helper's side had a problem. Please try again, or reload the page.",
  },
  shared: "What is shared",
} as const;
