// The words of the chat over the page, in English, but for those of the launcher.
//
// Each is an export of its own, so that the build puts it where it is said.

export const cancel = "Cancel";
export const end = "End";
export const send = "Send";
export const message = "Message";
export const placeholder = "Write a message";
export const conversation = "Conversation";

export const you = "You";
export const helper = "Your helper";
export const typing = (name: string) => `${name} is writing…`;
export const tooLong = (count: number) => `Too long. Please take out about ${count} characters.`;
export const marks = { sending: "Sending", delivered: "Delivered", read: "Read", unsent: "Not delivered" };

const moment = "One moment, please.";

/** For each state a title, and a sentence under it. */
export const asking = ["Asking for help…", moment];
export const slow = ["Asking for help…", "The help desk does not answer. It is being tried again."];
export const next = ["You are next", "You can already write what you need."];
export const inLine = (position: number) => [`You are number ${position} in line`, "You can already write what you need."];
export const unavailable = ["Nobody is here right now", "Stay on this page to keep your place, or try again later."];
export const connecting = (name: string) => [`${name} is joining you…`, moment];
export const connected = (name: string) => [name, "Verified helper of this site"];
export const automated = (name: string) => [name, "A program, verified by this site"];
export const reconnecting = (name: string) => [`Finding ${name} again…`, "Nothing you wrote is lost."];
export const away = (name: string) => [`${name}’s computer went away`, "Keeping your place."];
export const back = (name: string) => [name, "Your connection is back"];
export const elsewhere = ["Your conversation is open in another tab", "Go on there, or ask again here."];
export const ended = {
  visitor: () => "You ended the conversation",
  helper: (name: string) => `${name} ended the conversation`,
  lost: () => "The connection was lost",
};
export const over = "Nothing is shared any more.";
export const failed = "Something did not work";

/** What went wrong and what to do, by code: what must be said though the server would rather not have it said. */
export const errors = {
  unverified: "Somebody answered who could not be verified as a helper of this site. Nothing was shared with them.",
  "seal-broken": "Something on the way changed what was sent, so the connection was closed.",
};
/** What went wrong, when nobody knows better. */
export const error = "Something did not work. Please try again, or reload the page.";

export const shared = "What is shared";
