// What the shop sells. Prices in euro cents.

import { shelf } from "./shelf.js";

export const KINDS = { light: "Light", plants: "Plants", paper: "Paper", table: "Table", room: "Room" };

export const PRODUCTS = [
  {
    id: "arc-lamp", name: "Arc lamp", kind: "light", price: 8900, picture: "lamp", stock: 14,
    line: "A warm pool of light that stays where you put it.",
    text: "Two brass joints, one felted foot, and a shade that keeps the light on the page and out of your eyes. Dims by turning the shade.",
    facts: { Height: "48 cm", Bulb: "E14, up to 6 W, included", Cable: "Cloth, 1.8 m", Weight: "1.4 kg" },
  },
  {
    id: "stoneware-mug", name: "Stoneware mug", kind: "table", price: 2400, picture: "mug", stock: 62,
    line: "Heavy enough to stay, round enough to hold.",
    text: "Thrown by hand in a small pottery near the sea, so no two waves of glaze are the same. Keeps tea warm for about forty minutes.",
    facts: { Holds: "320 ml", Glaze: "Lead free", Dishwasher: "Yes", Microwave: "Yes" },
  },
  {
    id: "small-fern", name: "Small fern", kind: "plants", price: 3200, picture: "fern", stock: 9,
    line: "Asks for a little water and no sun at all.",
    text: "A sword fern in a clay pot with its own saucer. It likes the shady end of the desk and forgives a long weekend.",
    facts: { Height: "About 30 cm", Light: "Shade", Water: "Twice a week", Pot: "Clay, 14 cm" },
  },
  {
    id: "linen-notebook", name: "Linen notebook", kind: "paper", price: 1800, picture: "notebook", stock: 140,
    line: "Opens flat, stays open, takes a fountain pen.",
    text: "A hundred and ninety-two dotted pages, sewn in signatures under a linen cover, with a label for a name and a ribbon for the place.",
    facts: { Size: "A5", Paper: "100 g, cream", Pages: "192, dotted", Cover: "Linen on board" },
  },
  {
    id: "wall-clock", name: "Wall clock", kind: "room", price: 6400, picture: "clock", stock: 21,
    line: "Moves without a sound, so the room may too.",
    text: "An oak ring, a paper face and a sweeping hand. You look up, you know the time, and you have heard nothing.",
    facts: { Across: "30 cm", Movement: "Silent sweep", Battery: "1 × AA, included", Frame: "Oiled oak" },
  },
  {
    id: "ash-stool", name: "Ash stool", kind: "room", price: 12900, picture: "stool", stock: 5,
    line: "A seat, a side table, a step to the top shelf.",
    text: "Turned legs, wedged through the seat and cut flush. Comes in one piece and needs no tools, now or ever.",
    facts: { Height: "46 cm", Wood: "Ash, oiled", Carries: "130 kg", Feet: "Felt" },
  },
  {
    id: "pocket-radio", name: "Pocket radio", kind: "room", price: 7500, picture: "radio", stock: 17,
    line: "Two dials and a handle. No updates, ever.",
    text: "Turn one dial to be louder, the other to be elsewhere. Runs for a hundred hours on a charge and picks up the far stations at night.",
    facts: { Receives: "FM, medium wave, DAB+", Battery: "About 100 h", Charges: "USB-C", Weight: "620 g" },
  },
  {
    id: "pencil-pot", name: "Pencil pot", kind: "paper", price: 2100, picture: "pencils", stock: 48,
    line: "With three pencils that are sharp already.",
    text: "A glazed pot with a foot of cork, and three cedar pencils in ochre, blue and red to start with.",
    facts: { Height: "10 cm", Pencils: "3 × HB, cedar", Foot: "Cork", Glaze: "Lead free" },
  },
  {
    id: "bud-vase", name: "Bud vase", kind: "plants", price: 2800, picture: "vase", stock: 33,
    line: "Three stems are a bouquet if the vase is right.",
    text: "Blown glass with a narrow neck, so that a handful of anything from the roadside stands up straight and looks chosen.",
    facts: { Height: "16 cm", Glass: "Recycled", Neck: "2.5 cm", Stems: "Up to five" },
  },
];

/** Finds one product by its id: from the list, or made to measure. */
export const product = (id) => PRODUCTS.find((one) => one.id === id) ?? shelf(id ?? "");

/** The address of a product's page. */
export const pageOf = (one) => one.page ?? `/demo/product.html?item=${one.id}`;

/** Writes cents as a price. */
export const price = (cents) =>
  new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" }).format(cents / 100);
