// Finding back at the visitor, in a part that is loaded when somebody helps.

import { resuming } from "../proto/resuming";
import { proposals } from "../proto/proposals";
import type { Session } from "../proto/session";
import { decode, encode } from "../wire/base64url";
import { decodeProposal } from "../wire/decode-proposal";
import { decodeAdmission, decodeResuming } from "../wire/decode-resume";
import type { Deposit, Output, Psk, Snapshot } from "../wire/peer";
import type { AgentToBroker, Sealed, SessionId } from "../wire/signaling";
import { utf8 } from "../wire/utf8";
import type { Driver } from "./driver";
import { approach } from "./resume-seal";
import type { SealedChannel } from "./seal";
import { readText } from "./text";

/** What this part does. */
export type Resume = typeof resume;

/** Hears a message that only an extended session understands; any other is of an unknown type, and ignored. */
function hear(text: string, driver: Driver): void {
  const decoded = decodeResuming(text) ?? decodeProposal(text);
  if (decoded) driver.heard(decoded);
}

/** A try to find back that waits for its answer: `finish` says whether this is it. */
export type Knocking = { session: SessionId; finish(message2: Sealed): boolean };

/** What was made ready for the next knock, and where. */
let ready: { deposit: SessionId; knock: ReturnType<typeof approach> } | undefined;

const approachTo = (deposit: SessionId, psk: Psk) => approach(deposit, decode(psk) ?? new Uint8Array());

/** Makes ready for a knock at the helper of a deposit: there will be one once the server can be spoken to. */
function prepare({ id, psk }: Pick<Deposit, "id" | "psk">): void {
  ready = { deposit: id, knock: approachTo(id, psk) };
  // Told to whoever knocks.
  ready.knock.catch(() => {});
}

/** Lets a session find back, and hear proposals; makes ready for what the page before has left, if it has. */
function extend(session: Session, left?: Snapshot): void {
  session.extend({ proposals, resuming });
  left?.deposits.slice(-1).map(prepare);
}

/** Knocks at the helper of a deposit. */
function knockAt(
  { deposit, psk, knock: payload }: Extract<Output, { output: "knock" }>,
  driver: Driver,
  signal: (message: AgentToBroker) => void,
): Knocking {
  const approached = ready?.deposit === deposit ? ready.knock : approachTo(deposit, psk);
  const made = approached.then((knock) => knock(utf8(JSON.stringify(payload))));
  // One ephemeral key, one knock.
  ready = undefined;
  made.then(
    ({ message }) => signal({ type: "resume", session: deposit, message: encode(message) }),
    // Without cryptography nothing was ever sealed here: the next try says the same until there is none.
    console.warn,
  );
  let isOpen = true;
  return {
    session: deposit,
    finish(message2) {
      if (!isOpen) return false;
      isOpen = false;
      const finished = made.then(({ finish }) => finish(decode(message2) ?? new Uint8Array()));
      driver.link(
        deposit,
        finished.then(
          ({ channel }) => channel,
          (): SealedChannel | null => null,
        ),
      );
      finished.then(({ payload }) => {
        const admission = decodeAdmission(readText(payload));
        if (admission && typeof admission !== "string") driver.input({ input: "admitted", admission });
      }, () => driver.input({ input: "open-failed" }));
      return true;
    },
  };
}

/** Finding back, and proposals. */
export const resume = { extend, hear, knock: knockAt };
