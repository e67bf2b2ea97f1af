// The place where a helper switches sound and notifications on. Nothing is asked of the browser before that.

import { useEffect, useMemo } from "preact/hooks";

import { words } from "../locales/console-en";
import { Alerts } from "./alerting";
import { Bell } from "./icons";
import { useRedraw } from "./subscription";
import { Switch } from "./switch";
import type { Workspace } from "./workspace";

/** The id of the sheet, for whatever else opens it. */
export const ALERTS = "alerts";

/** Watches over the workspace for as long as it is on the screen. */
export function useAlerts(workspace: Workspace): Alerts {
  const redraw = useRedraw();
  const alerts = useMemo(() => new Alerts(workspace, redraw), [workspace]);
  useEffect(() => {
    const back = (): void => {
      if (document.visibilityState === "visible") alerts.dismiss();
    };
    const leave = workspace.on(() => alerts.look());
    document.addEventListener("visibilitychange", back);
    addEventListener("focus", back);
    alerts.look();
    return () => {
      leave();
      document.removeEventListener("visibilitychange", back);
      removeEventListener("focus", back);
      alerts.dismiss();
    };
  }, [alerts]);
  useEffect(() => {
    if (!alerts.isMuted) return;
    // Any press will do, and is seen before it is done.
    const pressed = (): void => void setTimeout(redraw);
    const kinds = ["pointerdown", "keydown"];
    for (const kind of kinds) addEventListener(kind, pressed, { once: true });
    return () => kinds.forEach((kind) => removeEventListener(kind, pressed));
  }, [alerts.isMuted]);
  return alerts;
}

/** The bell in the bar, and the sheet that it opens. */
export function AlertsButton({ alerts }: { alerts: Alerts }) {
  const { sound, notices, permission, isMuted } = alerts;
  const said = words.alerts;
  return (
    <>
      <button
        type="button"
        class="round bell"
        popovertarget={ALERTS}
        aria-label={said.label}
        title={isMuted ? said.muted : said.label}
        data-on={sound || notices ? "" : undefined}
      >
        <Bell isOff={!sound && !notices} />
      </button>
      <div id={ALERTS} class="card sheet" popover="auto" role="group" aria-label={said.label}>
        <h2>{said.title}</h2>
        <p class="hint">{said.lead}</p>
        <Switch label={said.sound} note={said.soundNote} on={sound} onSet={(on) => alerts.setSound(on)} />
        <Switch
          label={said.notifications}
          note={said.permission[permission]}
          on={notices}
          isOff={permission === "denied" || permission === "none"}
          onSet={(on) => void alerts.setNotices(on)}
        />
        <p class="problem" role="status">
          {!alerts.isKept && words.notKept}
        </p>
      </div>
    </>
  );
}
