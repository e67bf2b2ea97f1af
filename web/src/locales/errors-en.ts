/** What can go wrong between asking and talking, and what to do about it, by code, in English. */
export const words = {
  unsupported: "This browser lacks what help needs. A recent Firefox, Chrome, Edge or Safari has it.",
  "insecure-context": "Help needs a secure page, one whose address starts with https. Please tell the people who run this site.",
  webrtc: "This browser cannot connect people, or has it switched off. A recent Firefox, Chrome, Edge or Safari can.",
  "unknown-team": "The help server does not know this site. Please tell the people who run it.",
  "queue-full": "Very many people are waiting. Please try again in a few minutes.",
  blocked: "This team cannot help you at the moment. Please try again later.",
  "connect-timeout": "A helper came, but the network let no direct connection through. Another network often does.",
  "not-sent": "That could not be sent. Please try again in a moment.",
} as const;
