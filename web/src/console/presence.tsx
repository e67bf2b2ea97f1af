// The bar on top: the connection in words, the switch, and who the helper is.

import { useState } from "preact/hooks";

import { words } from "../locales/console-en";
import type { Identity } from "../peer/invite";
import type { Alerts } from "./alerting";
import { AlertsButton } from "./alerts";
import { Mark } from "./icons";
import { ShortcutsButton } from "./shortcuts-button";
import type { Workspace } from "./workspace";

/** Shows the helper's presence and lets them change it. */
export function Presence(props: { workspace: Workspace; identity: Identity; alerts: Alerts; onForget: () => void }) {
  const { workspace, identity } = props;
  const { desk } = workspace;
  const name = identity.claims.sub;
  const until = day(identity.claims.exp);
  return (
    <header class="bar">
      <h1 class="brand">
        <Mark />
        <span>{words.product}</span>
      </h1>
      <p class="connection" role="status" data-connection={desk.connection}>
        <span>{words.presence.connection[desk.connection]}</span>
      </p>
      <button
        type="button"
        class="switch"
        role="switch"
        aria-checked={desk.available}
        onClick={() => desk.setAvailable(!desk.available)}
      >
        {words.presence.label}
      </button>
      <AlertsButton alerts={props.alerts} />
      <ShortcutsButton
        own={{
          A: () => workspace.acceptLongest(),
          N: () => workspace.turn(1),
          P: () => workspace.turn(-1),
          U: () => workspace.turnToUnread(),
        }}
      />
      <button type="button" class="me" popovertarget="me">
        <span class="unseen">{words.me.you}</span>
        <span class="face" aria-hidden="true">
          {[...name.trim()][0]?.toUpperCase() ?? "?"}
        </span>
        <bdi>{name}</bdi>
      </button>
      <Me identity={identity} until={until} onForget={props.onForget} />
    </header>
  );
}

function Me(props: { identity: Identity; until: string; onForget: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <div id="me" class="card sheet" popover="auto" role="group" aria-label={words.me.label(props.identity.claims.sub)}>
      <dl>
        <div>
          <dt>{words.me.name}</dt>
          <dd>
            <bdi>{props.identity.claims.sub}</bdi>
          </dd>
        </div>
        <div>
          <dt>{words.me.team}</dt>
          <dd class="key">{props.identity.team}</dd>
        </div>
        <div>
          <dt>{words.me.valid}</dt>
          <dd>{props.until}</dd>
        </div>
      </dl>
      <p class="hint">{words.me.note}</p>
      {asking ? (
        <div class="sure">
          <p>{words.me.sure}</p>
          <p class="actions">
            <button type="button" class="danger" onClick={props.onForget}>
              {words.me.sureYes}
            </button>
            <button type="button" class="plain" onClick={() => setAsking(false)}>
              {words.me.sureNo}
            </button>
          </p>
        </div>
      ) : (
        <button type="button" class="plain" onClick={() => setAsking(true)}>
          {words.me.forget}
        </button>
      )}
    </div>
  );
}

// Units: seconds since 1970.
const day = (seconds: number): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(seconds * 1000);
