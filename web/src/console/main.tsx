// The helper's console: takes the invite out of the address bar before anything else, then shows the app.

import { options, render } from "preact";

import { App } from "./app";
import { takeInvite } from "./arrival";
import "./console.css";

// How long a drawing waits for a frame. Units: milliseconds. A window that nobody looks at has none, and has a title.
const FRAME_MS = 100;

// What comes of a key is drawn at once, for the next key comes on top of it; of all else, one drawing a frame, however much
// is said in it. What a press begins goes out before that is drawn; a press by a key has no count of presses.
let waiting: (() => void) | undefined;
options.debounceRendering = (draw) => {
  const { event } = window;
  const isPress = event instanceof UIEvent && event.type === "click" && event.detail > 0;
  if (event?.target instanceof Node && !isPress) return queueMicrotask(draw);
  waiting = () => {
    waiting = undefined;
    clearTimeout(late);
    cancelAnimationFrame(frame);
    draw();
  };
  const late = setTimeout(waiting, FRAME_MS);
  const frame = requestAnimationFrame(waiting);
};
// A drawing that waits for its frame already takes what is written along: nobody is asked a second time.
addEventListener("input", () => waiting?.());
// What a press has opened is there before the key that is meant for it.
addEventListener("keydown", () => waiting?.(), true);

const invite = takeInvite(location, history);
const root = document.getElementById("console");
if (root !== null) render(<App invite={invite} />, root);
