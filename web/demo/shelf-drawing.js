// A shelf as a drawing: as wide as is chosen, with things on it that people have.

const SVG = "http://www.w3.org/2000/svg";

// One centimetre of wall. Units: of the drawing.
const CM = 2.7;
const MIDDLE = 200;
const DISTANCE = 82;

function shape(into, kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  into.append(made);
}

/** What stands on each board, from the top one down: drawn from its place on the left. */
const THINGS = [
  (into, x, y) => {
    shape(into, "path", { class: "pot", d: `M${x} ${y - 26} h30 l-4 26 h-22 Z` });
    for (const [by, high] of [[5, 58], [15, 72], [25, 56]]) {
      shape(into, "path", { class: "leaf", d: `M${x + 15} ${y - 26} Q${x + by - 8} ${y - 44} ${x + by} ${y - high} Q${x + by + 10} ${y - 44} ${x + 15} ${y - 26} Z` });
    }
    shape(into, "circle", { class: "clay", cx: x + 66, cy: y - 16, r: 16 });
  },
  (into, x, y) => {
    for (const [at, high, tone] of [[0, 52, "red"], [12, 46, "blue"], [24, 56, "cream"], [36, 44, "green"], [48, 50, "red"]]) {
      shape(into, "rect", { class: `book ${tone}`, x: x + at, y: y - high, width: 11, height: high, rx: 1.5 });
    }
    shape(into, "path", { class: "book blue", d: `M${x + 62} ${y - 2} l14 -46 l10 3 l-14 46 Z` });
  },
  (into, x, y) => {
    shape(into, "rect", { class: "radio", x, y: y - 40, width: 66, height: 40, rx: 7 });
    shape(into, "circle", { class: "dial", cx: x + 48, cy: y - 20, r: 10 });
    shape(into, "path", { class: "grille", d: `M${x + 9} ${y - 29} h22 M${x + 9} ${y - 20} h22 M${x + 9} ${y - 11} h22` });
    shape(into, "path", { class: "cup", d: `M${x + 82} ${y - 20} h18 v13 a7 7 0 0 1 -7 7 h-4 a7 7 0 0 1 -7 -7 Z` });
  },
];

/** Draws the shelf into an `svg` element of 400 by 320. */
export function drawShelf(svg, { width, boards, wood, brackets }) {
  const count = Number(boards);
  const wide = Number(width) * CM;
  const left = MIDDLE - wide / 2;
  const top = 160 - ((count - 1) * DISTANCE) / 2 + (count === 1 ? 20 : 22);
  svg.replaceChildren();
  svg.dataset.wood = wood;
  svg.dataset.brackets = brackets;
  for (let at = 0; at < count; at++) {
    const y = top + at * DISTANCE;
    // Narrow boards carry their things in the middle, wide ones a little to one side, by turns.
    const shift = (wide - 104) * (at % 2 === 0 ? 0.2 : 0.75);
    THINGS[at](svg, left + Math.max(6, shift), y);
    shape(svg, "rect", { class: "shade", x: left + 8, y: y + 8, width: wide - 8, height: 8, rx: 4 });
    for (const x of [left + wide * 0.14, left + wide * 0.86 - 7]) {
      shape(svg, "path", { class: "bracket", d: `M${x} ${y + 9} h7 v20 q0 4 -3.5 4 q-3.5 0 -3.5 -4 Z` });
    }
    shape(svg, "rect", { class: "board", x: left, y, width: wide, height: 10, rx: 2 });
    shape(svg, "path", { class: "grain", d: `M${left + 12} ${y + 4} H${left + wide * 0.4} M${left + wide * 0.5} ${y + 6.5} H${left + wide - 16}` });
  }
}
