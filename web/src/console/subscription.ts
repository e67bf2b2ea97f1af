// Redraws a part of the console when something it shows has changed.

import { useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";

/** Gives what redraws the calling component. */
export function useRedraw(): () => void {
  const [, redraw] = useReducer((count: number, _: void) => count + 1, 0);
  return redraw;
}

/** Redraws the calling component whenever a source says that it has changed. */
export function useChanges(source: { on(listener: () => void): () => void }): void {
  const redraw = useRedraw();
  useLayoutEffect(() => {
    const leave = source.on(redraw);
    // What has changed since it was drawn was told to nobody.
    redraw();
    return leave;
  }, [source]);
}

/** Tells the time, and redraws the calling component every so often. Units: milliseconds; 0 stands still. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (everyMs === 0) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
