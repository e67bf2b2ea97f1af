// Shelves made to measure: what can be chosen, what it costs, and how a choice is written in an address and in the cart.

/** What is chosen, in order. Each option: its id, its name, a word about it, and what it adds to the price, in cents. */
export const CHOICES = [
  {
    id: "width", title: "Width", text: "Measure the wall, and leave a hand's breadth on both sides.",
    options: [
      ["60", "60 cm", "Over a radiator, beside a door", 4900],
      ["90", "90 cm", "As wide as a small desk", 6200],
      ["120", "120 cm", "As wide as a large one", 7400],
    ],
  },
  {
    id: "boards", title: "Boards", text: "One for what you look at, two for what you use, three for everything else.",
    options: [
      ["1", "One", "25 cm deep, carries 20 kg", 0],
      ["2", "Two", "30 cm from one to the next", 3900],
      ["3", "Three", "Needs 80 cm of wall", 7400],
    ],
  },
  {
    id: "wood", title: "Wood", text: "All of it grew within a day's walk of the workshop, and is oiled by hand.",
    options: [
      ["oak", "Oak", "Warm, and darker every year", 0],
      ["ash", "Ash", "Pale, with a long grain", 0],
      ["walnut", "Walnut", "Dark, and never two the same", 2800],
    ],
  },
  {
    id: "brackets", title: "Brackets", text: "They hold the boards from below, with two screws each.",
    options: [
      ["steel", "Black steel", "Thin, and strong", 0],
      ["brass", "Brass", "Shines where it is touched", 1800],
      ["wood", "The same wood", "Wedged, no metal to be seen", 1200],
    ],
  },
];

/** The ids of the steps: each choice, and a last look. */
export const STEPS = [...CHOICES.map(({ id }) => id), "overview"];

const option = (choice, value) => choice.options.find(([id]) => id === value);

/** Reads what an address says; what it does not say, or says wrongly, is the first option. */
export function chosen(query) {
  return Object.fromEntries(
    CHOICES.map((choice) => [choice.id, (option(choice, query.get(choice.id)) ?? choice.options[0])[0]]),
  );
}

/** Writes the address of a step. */
export const address = (step, values) => `/demo/shelf/${step}?${new URLSearchParams(values)}`;

/** The names of what is chosen, with what each is a choice of. */
export const names = (values) => CHOICES.map((choice) => [choice.title, option(choice, values[choice.id])[1]]);

/** How the cart writes a shelf. */
export const idOf = (values) => ["shelf", ...CHOICES.map(({ id }) => values[id])].join("~");

/** The shelf that the cart writes so; nothing, when it is none that can be made. */
export function shelf(id) {
  const [kind, ...parts] = id.split("~");
  if (kind !== "shelf" || parts.length !== CHOICES.length) return undefined;
  const options = CHOICES.map((choice, at) => option(choice, parts[at]));
  if (options.includes(undefined)) return undefined;
  const values = Object.fromEntries(CHOICES.map((choice, at) => [choice.id, parts[at]]));
  const [width, boards, wood] = options.map(([, name]) => name);
  return {
    id,
    name: `Shelf, ${wood.toLowerCase()}, ${width}`,
    line: `${boards} ${boards === "One" ? "board" : "boards"}, made for you.`,
    kind: "room",
    picture: "shelf",
    price: options.reduce((sum, [, , , price]) => sum + price, 0),
    page: address("overview", values),
  };
}
