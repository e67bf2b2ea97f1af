// Reads an invite, and puts what is wrong with one into the few kinds that a person can act on.

import { words } from "../locales/console-en";
import { type Identity, InviteError, parseInvite } from "../peer/invite";
import { CERTIFICATE_GRACE_S } from "../wire/signaling";

/** Why an invite cannot be used. */
export type ImportProblem = keyof typeof words.invite.problems;

/** Reads an invite as a person pastes it. */
export async function readInvite(
  text: string,
): Promise<{ ok: true; identity: Identity } | { ok: false; problem: ImportProblem }> {
  if (text.trim() === "") return { ok: false, problem: "empty" };
  if (!isSecureContext) return { ok: false, problem: "insecure" };
  try {
    return { ok: true, identity: await parseInvite(text) };
  } catch (error) {
    if (error instanceof InviteError) return { ok: false, problem: error.code };
    console.error(error);
    return { ok: false, problem: "unreadable" };
  }
}

/** Whether an identity is of no use any more. */
export const expired = (identity: Identity): boolean => identity.claims.exp + CERTIFICATE_GRACE_S < Date.now() / 1000;
