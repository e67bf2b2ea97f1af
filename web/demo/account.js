// The account: an order that something is wrong with, and the shortest way to ask about it.

import "./cart.js";

for (const button of document.querySelectorAll("[data-ask]")) {
  button.addEventListener("click", () => {
    // The helper sees the address, and so which order it is about.
    location.hash = button.dataset.ask;
    (window.Alongside ||= []).push(["open"]);
  });
}
