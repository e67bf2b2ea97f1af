// From nobody to a helper at their desk: which invite counts, and what to show until one does.

import { useEffect, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import { Desk } from "../peer/desk";
import { forgetIdentity, forgetRequest, loadIdentity, saveIdentity } from "../peer/identity-store";
import type { Identity } from "../peer/invite";
import { isFor } from "../peer/request";
import { takeInvite } from "./arrival";
import { Door, Replacing } from "./door";
import { type ImportProblem, expired, readInvite, waitingKeys } from "./importing";
import { Working } from "./working";
import { Workspace } from "./workspace";

type Step =
  | { at: "opening" }
  | { at: "door"; problem: ImportProblem | null; held: Identity | null }
  | { at: "replacing"; held: Identity; offered: Identity }
  | { at: "working"; identity: Identity; workspace: Workspace };

/** The whole console. */
export function App({ invite }: { invite: string | null }) {
  const [step, setStep] = useState<Step>({ at: "opening" });

  const work = (identity: Identity): void => {
    setStep({ at: "working", identity, workspace: new Workspace(new Desk({ server: server(), identity }), identity.claims.sub) });
  };
  const take = async (identity: Identity): Promise<void> => {
    try {
      await saveIdentity(identity);
      const keys = await waitingKeys();
      if (keys !== null && isFor(keys, identity.claims)) await forgetRequest();
    } catch (error) {
      console.error(error);
      return setStep({ at: "door", problem: "store", held: null });
    }
    work(identity);
  };
  const enter = async (text: string | null): Promise<void> => {
    const held = await heldIdentity();
    if (text === null) {
      if (held === null) return setStep({ at: "door", problem: null, held });
      return expired(held) ? setStep({ at: "door", problem: "expired", held: null }) : work(held);
    }
    const read = await readInvite(text);
    const useful = held !== null && !expired(held) ? held : null;
    if (!read.ok) return setStep({ at: "door", problem: read.problem, held: useful });
    // An invite from elsewhere must not move a helper to a stranger's team behind their back.
    if (useful !== null && useful.team !== read.identity.team) {
      return setStep({ at: "replacing", held: useful, offered: read.identity });
    }
    await take(read.identity);
  };
  const forget = async (): Promise<void> => {
    try {
      await forgetIdentity();
    } catch (error) {
      console.error(error);
      return setStep({ at: "door", problem: "kept", held: null });
    }
    setStep({ at: "door", problem: null, held: null });
  };

  useEffect(() => {
    void enter(invite);
    // A link opened in this very tab changes nothing but the fragment.
    const changed = (): void => {
      const next = takeInvite(location, history);
      if (next !== null) void enter(next);
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const workspace = step.at === "working" ? step.workspace : null;
  useEffect(() => {
    if (workspace !== null) return () => workspace.leave();
    document.title = words.product;
  }, [workspace]);

  switch (step.at) {
    case "opening":
      return <p class="opening">{words.invite.opening}</p>;
    case "door":
      return <Door problem={step.problem} held={step.held} onInvite={enter} onStay={work} />;
    case "replacing":
      return <Replacing held={step.held} offered={step.offered} onYes={take} onNo={work} />;
    case "working":
      return (
        <Working
          key={step.workspace}
          workspace={step.workspace}
          identity={step.identity}
          onForget={forget}
          onRetry={() => work(step.identity)}
          onImport={() => setStep({ at: "door", problem: null, held: null })}
        />
      );
  }
}

// The console comes from the server that it speaks to.
const server = (): string => location.origin;

async function heldIdentity(): Promise<Identity | null> {
  try {
    return await loadIdentity();
  } catch (error) {
    // A browser that keeps nothing has kept no identity either; saving one will say so.
    console.error(error);
    return null;
  }
}
