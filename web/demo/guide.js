// The care guide: one document, several routes after the hash.

import "./cart.js";

const chapters = [...document.querySelectorAll("[data-route]")];

function draw() {
  const route = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
  const shown = chapters.find((one) => one.dataset.route === route) ?? chapters[0];
  for (const one of chapters) one.hidden = one !== shown;
  for (const link of document.querySelectorAll("[data-chapters] a")) {
    if (link.hash === `#/${shown.dataset.route}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${shown.querySelector("h2").textContent} · Care guide · Nook`;
}

addEventListener("hashchange", () => {
  draw();
  // Who listens to the page hears that it is another chapter now.
  document.querySelector("[data-route]:not([hidden]) h2").focus();
});
draw();
