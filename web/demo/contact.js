// The shop's own Help button: the widget listens to it, as the tag says. What it offers follows what goes on.

import "./cart.js";

const button = document.querySelector("#talk");
const status = document.querySelector("[data-talk]");

const idle = ["Start a chat", "It opens right here, over this page."];
const there = "Back to the chat";
const SAID = {
  asking: [there, "One moment…"],
  unavailable: [there, "Nobody is at the counter just now. You are asked for as soon as somebody is."],
  waiting: [there, "You are next, or nearly so."],
  connecting: [there, "Somebody is coming…"],
  connected: [there, "Somebody is with you."],
  reconnecting: [there, "Finding your helper again…"],
  ended: ["Start another chat", "That was good. Come back any time."],
  failed: ["Try again", "That did not work. The chat says why."],
};

function tell({ state }) {
  [button.textContent, status.textContent] = SAID[state] ?? idle;
}

(window.Alongside ||= []).push(["on", "state", tell]);
// After a page load the widget may have come, and found the helper again, before this script has.
tell({ state: window.Alongside.state });
// A press before the widget has come is not lost.
button.addEventListener("click", () => {
  if (window.Alongside?.state === undefined) window.Alongside.push(["open"]);
});
