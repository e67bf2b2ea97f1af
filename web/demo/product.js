// One product, named in the address.

import { add } from "./cart.js";
import { KINDS, price, PRODUCTS } from "./catalogue.js";

const item = new URLSearchParams(location.search).get("item");
const one = PRODUCTS.find(({ id }) => id === item);
const put = (name, text) => {
  for (const place of document.querySelectorAll(`[data-${name}]`)) place.textContent = text;
};

if (one) {
  document.title = `${one.name} · Nook`;
  put("name", one.name);
  put("line", one.line);
  put("text", one.text);
  put("price", price(one.price));
  put("kind", KINDS[one.kind]);
  put("stock", one.stock < 10 ? `Only ${one.stock} left` : "In stock, sent tomorrow");
  document.querySelector("[data-kind-link]").href = `/demo/?kind=${one.kind}`;
  const picture = document.querySelector("[data-picture]");
  picture.src = `pictures/${one.picture}.svg`;
  picture.alt = one.name;
  picture.parentElement.dataset.kind = one.kind;
  const facts = document.querySelector("[data-facts]");
  for (const [name, value] of Object.entries(one.facts)) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const detail = document.createElement("dd");
    term.textContent = name;
    detail.textContent = value;
    row.append(term, detail);
    facts.append(row);
  }
  const done = document.querySelector("[data-done]");
  document.querySelector("[data-add]").addEventListener("click", () => {
    add(one.id);
    done.textContent = `${one.name} is in your cart.`;
  });
} else {
  document.title = "Not here · Nook";
  document.querySelector("[data-found]").hidden = true;
  document.querySelector("[data-missing]").hidden = false;
}
