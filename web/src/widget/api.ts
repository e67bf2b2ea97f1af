// `window.Alongside`: what a site's own scripts can do.

import { type Call, replay } from "./queue";
import type { Emit } from "./shell";

/** What stands behind the API. */
export interface Actions {
  open(): void;
  close(): void;
  show(): void;
  hide(): void;
  end(): void;
  identify(attributes: Record<string, unknown>): void;
}

type Listener = (detail: unknown) => void;

/**
 * Puts the API in its place, does what was asked of it before, and gives the way to tell its listeners. What stands behind it
 * is reached when it is `ready`, in the order of the calls.
 */
export function installApi(actions: Actions, state: () => string, ready: Promise<unknown>): Emit {
  let listeners: [event: string, listener: Listener][] = [];
  const methods: Record<string, (...values: never[]) => void> = {
    // New arrays: whoever is told may listen or stop listening meanwhile.
    on(...pair: [string, Listener]) {
      listeners = [...listeners, pair];
    },
    off(event: string, listener: Listener) {
      listeners = listeners.filter((pair) => pair[0] !== event || pair[1] !== listener);
    },
    push: (...calls: Call[]) => replay(calls, call),
  };
  for (const name in actions) {
    methods[name] = async (given) => {
      await ready;
      actions[name as keyof Actions](given);
    };
  }
  const call = (method: string, ...values: unknown[]) => methods[method]?.(...(values as never[]));

  const page = window as { Alongside?: unknown };
  const stub = page.Alongside;
  page.Alongside = Object.defineProperty(Object.assign(call, methods), "state", { get: state });
  // Apart from what goes on here: calls that cannot be read are the site's mistake, and must not stop ours.
  queueMicrotask(() => replay(stub, call));

  return (event, detail) => {
    for (const [wanted, listener] of listeners) {
      if (wanted !== event) continue;
      try {
        listener(detail);
      } catch (error) {
        // A mistake in the site's code is the site's to hear of, and must not stop ours.
        reportError(error);
      }
    }
  };
}
