// The way in without an invite: this console makes the keys, and the team's owner signs for them.

import { useEffect, useRef, useState } from "preact/hooks";

import { words } from "../locales/console-en";
import { saveRequest } from "../peer/identity-store";
import { InviteError } from "../peer/invite";
import { makeKeys, requestLine } from "../peer/request";
import { type ImportProblem, waitingKeys } from "./importing";

/** Offers to make a request; shows the one that was made, also after the page was loaded again. */
export function Requesting() {
  const said = words.request;
  const [line, setLine] = useState<string | null>(null);
  const [problem, setProblem] = useState<ImportProblem | null>(null);
  const [copied, setCopied] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const isMade = useRef(false);

  useEffect(() => {
    if (isSecureContext) void waitingKeys().then((keys) => keys !== null && setLine(requestLine(keys)));
  }, []);
  // To what the press has made; not to what was there when the page was opened.
  useEffect(() => {
    if (isMade.current) box.current?.focus();
  }, [line]);
  const make = async (): Promise<void> => {
    setCopied("");
    if (!isSecureContext) return setProblem("insecure");
    try {
      const keys = await makeKeys();
      await saveRequest(keys);
      setProblem(null);
      isMade.current = true;
      setLine(requestLine(keys));
    } catch (error) {
      console.error(error);
      setProblem(error instanceof InviteError ? error.code : "store");
    }
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(line ?? "");
      setCopied(said.copied);
    } catch (error) {
      console.warn(error);
      box.current?.select();
      setCopied(said.copyYourself);
    }
  };

  return (
    <section class="about">
      <h2>{said.title}</h2>
      <p>{said.lead}</p>
      {line !== null && (
        <>
          <label for="request">{said.label}</label>
          <textarea ref={box} id="request" rows={4} dir="ltr" readOnly value={line} onFocus={(event) => event.currentTarget.select()} />
          <p class="actions">
            <button type="button" class="plain" onClick={copy}>
              {said.copy}
            </button>
          </p>
          <p role="status">{copied}</p>
          <ol class="steps">
            <li>{said.send}</li>
            <li>
              {said.sign} <code dir="ltr">{said.command}</code>
            </li>
            <li>{said.paste}</li>
          </ol>
        </>
      )}
      <p class="problem" role="alert">
        {problem !== null && words.invite.problems[problem]}
      </p>
      <p class="actions">
        <button type="button" class="plain" onClick={make}>
          {line === null ? said.make : said.makeAnother}
        </button>
        {line !== null && <span class="hint">{said.anotherNote}</span>}
      </p>
    </section>
  );
}
