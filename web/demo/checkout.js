// The checkout: nothing is sent anywhere. The address it ends on carries a receipt, as real shops' do.

import "./card.js";
import { cart, empty } from "./cart.js";
import { price } from "./catalogue.js";

const form = document.querySelector("form");
const SAMPLE = {
  email: "robin@example.org", name: "Robin Vale", street: "12 Mill Lane", postcode: "1010", city: "Harbourside",
  password: "correct horse battery", card: "4000 0000 0000 0002", expiry: "11/30", cvc: "123", code: "424242",
};

const bytes = crypto.getRandomValues(new Uint8Array(24));
form.elements.receipt.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

document.querySelector("[data-sample]").addEventListener("click", () => {
  for (const [name, value] of Object.entries(SAMPLE)) form.elements[name].value = value;
  form.querySelector("[type=submit]").focus();
});

for (const { product, count } of cart()) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const detail = document.createElement("dd");
  term.textContent = count === 1 ? product.name : `${count} × ${product.name}`;
  detail.textContent = price(product.price * count);
  row.append(term, detail);
  document.querySelector("[data-summary]").append(row);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const receipt = form.elements.receipt.value;
  empty();
  location.assign(`/demo/thanks.html?order=1042&receipt=${receipt}`);
});
