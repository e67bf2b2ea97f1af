// The list: search and filter stand in the address, so that they can be shared, reloaded and gone back to.

import { add } from "./cart.js";
import { KINDS, pageOf, price, PRODUCTS } from "./catalogue.js";

const grid = document.querySelector("[data-grid]");
const kinds = document.querySelector("[data-kinds]");
const search = document.querySelector("[data-search]");
const found = document.querySelector("[data-found]");
const card = document.querySelector("#card");

function wanted() {
  const query = new URLSearchParams(location.search);
  return { kind: query.get("kind") ?? "", words: query.get("q") ?? "" };
}

function go(change, remember) {
  const { kind, words } = { ...wanted(), ...change };
  const query = new URLSearchParams();
  if (kind) query.set("kind", kind);
  if (words) query.set("q", words);
  const address = query.size > 0 ? `?${query}` : location.pathname;
  if (remember) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  draw();
}

function draw() {
  const { kind, words } = wanted();
  const matching = PRODUCTS.filter(
    (one) =>
      (!kind || one.kind === kind) && `${one.name} ${one.line} ${one.text}`.toLowerCase().includes(words.toLowerCase()),
  );
  if (search.elements.q.value !== words) search.elements.q.value = words;
  for (const button of kinds.children) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  document.title = kind in KINDS ? `${KINDS[kind]} · Nook` : "Nook, good things for a small desk";
  found.textContent =
    matching.length === 0
      ? "Nothing like that today. Try a shorter word."
      : `${matching.length} ${matching.length === 1 ? "thing" : "things"}`;
  grid.replaceChildren(
    ...matching.map((one) => {
      const item = card.content.cloneNode(true);
      const link = item.querySelector("a");
      link.href = pageOf(one);
      link.textContent = one.name;
      item.querySelector("img").src = `pictures/${one.picture}.svg`;
      item.querySelector(".tile").dataset.kind = one.kind;
      item.querySelector(".line").textContent = one.line;
      item.querySelector(".price").textContent = price(one.price);
      const button = item.querySelector("button");
      button.setAttribute("aria-label", `Add ${one.name} to the cart`);
      button.addEventListener("click", () => {
        add(one.id);
        button.textContent = "Added";
        setTimeout(() => (button.textContent = "Add"), 1500);
      });
      return item;
    }),
  );
}

for (const [kind, name] of [["", "All"], ...Object.entries(KINDS)]) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.kind = kind;
  button.textContent = name;
  button.addEventListener("click", () => go({ kind }, true));
  kinds.append(button);
}
search.addEventListener("input", () => go({ words: search.elements.q.value.trim() }, false));
search.addEventListener("submit", (event) => {
  event.preventDefault();
  go({ words: search.elements.q.value.trim() }, true);
});
addEventListener("popstate", draw);
draw();
