// The cart: product ids and how many of each, kept in this browser only.

import { price, product } from "./catalogue.js";

const KEY = "nook-cart";
const MOST = 20;

/** Reads the cart; whatever is not a known product and a sensible number is left out. */
export function cart() {
  let stored;
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    stored = {};
  }
  return Object.entries(stored ?? {}).flatMap(([id, number]) => {
    const known = product(id);
    const count = Math.min(MOST, Math.floor(Number(number)));
    return known && count > 0 ? [{ product: known, count }] : [];
  });
}

/** Sets how many of a product are in the cart. */
export function put(id, count) {
  const lines = Object.fromEntries(cart().map((line) => [line.product.id, line.count]));
  lines[id] = Math.max(0, Math.min(MOST, count));
  localStorage.setItem(KEY, JSON.stringify(lines));
  show();
}

/** Adds one of a product. */
export const add = (id) => put(id, (cart().find((line) => line.product.id === id)?.count ?? 0) + 1);

/** Empties the cart. */
export function empty() {
  localStorage.removeItem(KEY);
  show();
}

/** The sum of all lines, without delivery. */
export const goods = () => cart().reduce((sum, line) => sum + line.product.price * line.count, 0);

/** What delivery costs: nothing from 60 € on. */
export const delivery = () => (goods() === 0 || goods() >= 6000 ? 0 : 490);

/** Shows how many things are in the cart, in the header of every page, and lets a helper know. */
function show() {
  const count = cart().reduce((sum, line) => sum + line.count, 0);
  const summary = count === 0 ? "empty" : `${count} ${count === 1 ? "thing" : "things"}, ${price(goods())}`;
  // Kept by the Help button until the visitor asks for help, and shown to them under "What is shared".
  (window.Alongside ||= []).push(["identify", { Cart: summary }]);
  for (const badge of document.querySelectorAll("[data-cart-count]")) {
    badge.textContent = String(count);
    badge.hidden = count === 0;
  }
  for (const sum of document.querySelectorAll("[data-cart-sum]")) sum.textContent = price(goods() + delivery());
}

show();
addEventListener("storage", show);
