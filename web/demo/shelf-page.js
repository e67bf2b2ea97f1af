// The page on which a shelf is put together. Each step has an address of its own, under which the server gives the same
// page: it can be reloaded, shared, gone back to, and opened by a helper as the visitor sees it.

import { add } from "./cart.js";
import { price } from "./catalogue.js";
import { address, CHOICES, chosen, idOf, names, shelf, STEPS } from "./shelf.js";
import { drawShelf } from "./shelf-drawing.js";

const find = (name) => document.querySelector(`[data-${name}]`);
const picture = find("picture");
const options = find("options");
const sample = document.querySelector("#option");
const title = find("title");
const titleOf = (step) => CHOICES.find(({ id }) => id === step)?.title ?? "Overview";

/** Where the address says we are; an unknown step is the first. */
function here() {
  const [, name] = /\/shelf\/([^/]*)$/.exec(location.pathname) ?? [];
  return { step: STEPS.includes(name) ? name : STEPS[0], values: chosen(new URLSearchParams(location.search)) };
}

function go(event, link) {
  // With a key held down the browser does what it does with every link: another tab, another window.
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState(null, "", link.href);
  draw();
  title.focus();
}

function link(step, values, text) {
  const made = document.createElement("a");
  made.href = address(step, values);
  made.textContent = text;
  made.addEventListener("click", (event) => go(event, made));
  return made;
}

function draw() {
  const { step, values } = here();
  const choice = CHOICES.find(({ id }) => id === step);
  document.title = `${titleOf(step)} · Your shelf · Nook`;
  title.textContent = titleOf(step);
  find("text").textContent = choice?.text ?? "This is what we would make. It takes about three weeks.";
  options.hidden = choice === undefined;
  options.replaceChildren(...(choice?.options ?? []).map((one) => radio(choice, one, values)));
  find("summary").replaceChildren(...(choice ? [] : names(values)).map(fact));
  find("add").hidden = choice !== undefined;
  find("done").textContent = "";
  lead(step, values);
  show(values);
}

/** The ways to the other steps, which take the choice along. */
function lead(step, values) {
  const steps = STEPS.map((one) => {
    const item = document.createElement("li");
    const made = link(one, values, titleOf(one));
    if (one === step) made.setAttribute("aria-current", "step");
    item.append(made);
    return item;
  });
  find("steps").replaceChildren(...steps);
  const at = STEPS.indexOf(step);
  for (const [place, words, other] of [["back", "Back to", STEPS[at - 1]], ["next", "Next:", STEPS[at + 1]]]) {
    find(place).hidden = other === undefined;
    find(place).replaceChildren(...(other ? [link(other, values, `${words} ${titleOf(other).toLowerCase()}`)] : []));
  }
  find("next").firstElementChild?.classList.add("main");
}

function fact([what, name]) {
  const row = document.createElement("div");
  const [term, detail] = ["dt", "dd"].map((kind) => document.createElement(kind));
  term.textContent = what;
  detail.textContent = name;
  row.append(term, detail);
  return row;
}

/** What the choice looks like, and what it costs. */
function show(values) {
  drawShelf(picture, values);
  const made = names(values).map(([what, name]) => `${what.toLowerCase()}: ${name.toLowerCase()}`);
  picture.setAttribute("aria-label", `The shelf. ${made.join(", ")}.`);
  find("price").textContent = price(shelf(idOf(values)).price);
}

function radio(choice, [id, name, tip, more], values) {
  const made = sample.content.cloneNode(true);
  const input = made.querySelector("input");
  Object.assign(input, { name: choice.id, value: id, checked: values[choice.id] === id });
  made.querySelector("b").textContent = name;
  made.querySelector("small").textContent = tip;
  made.querySelector("i").textContent = choice.id === "width" || more === 0 ? "" : `+ ${price(more)}`;
  input.addEventListener("change", () => {
    const now = { ...here().values, [choice.id]: id };
    // Not a step of its own: Back leads to the step before, not to every choice on the way.
    history.replaceState(null, "", address(choice.id, now));
    lead(choice.id, now);
    show(now);
  });
  return made;
}

find("add").addEventListener("click", () => {
  add(idOf(here().values));
  find("done").textContent = "Your shelf is in the cart.";
});
addEventListener("popstate", () => {
  draw();
  title.focus();
});
draw();
