// Reads an invite, or the answer to a request, and puts what is wrong with one into the few kinds that a person can act on.

import { words } from "../locales/console-en";
import { loadRequest } from "../peer/identity-store";
import { type Identity, InviteError, parseInvite } from "../peer/invite";
import { isAnswer, isRequest, type OwnKeys, readAnswer } from "../peer/request";
import { CERTIFICATE_GRACE_S } from "../wire/signaling";

/** Why an invite cannot be used. */
export type ImportProblem = keyof typeof words.invite.problems;

/** Reads an invite, or the answer to a request, as a person pastes it. */
export async function readInvite(
  text: string,
): Promise<{ ok: true; identity: Identity } | { ok: false; problem: ImportProblem }> {
  if (text.trim() === "") return { ok: false, problem: "empty" };
  if (!isSecureContext) return { ok: false, problem: "insecure" };
  if (isRequest(text)) return { ok: false, problem: "request" };
  try {
    return { ok: true, identity: isAnswer(text) ? await readAnswer(text, await waitingKeys()) : await parseInvite(text) };
  } catch (error) {
    if (error instanceof InviteError) return { ok: false, problem: error.code };
    console.error(error);
    return { ok: false, problem: "unreadable" };
  }
}

/** The keys of the request that was made here; `null` when there is none. */
export async function waitingKeys(): Promise<OwnKeys | null> {
  try {
    return await loadRequest();
  } catch (error) {
    // A browser that keeps nothing has kept no keys either; making some will say so.
    console.error(error);
    return null;
  }
}

/** Whether an identity is of no use any more. */
export const expired = (identity: Identity): boolean => identity.claims.exp + CERTIFICATE_GRACE_S < Date.now() / 1000;
