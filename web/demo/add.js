// Buttons that put one of a product into the cart and say so, in the words of the page they stand on.

import { add } from "./cart.js";

const done = document.querySelector("[data-done]:not(button)");
for (const button of document.querySelectorAll("button[data-add]")) {
  button.addEventListener("click", () => {
    add(button.dataset.add);
    done.textContent = button.dataset.done;
  });
}
