// The cart page: change how many, or take out.

import { cart, delivery, goods, put } from "./cart.js";
import { pageOf, price } from "./catalogue.js";

const lines = document.querySelector("[data-lines]");
const line = document.querySelector("#line");

function draw() {
  const now = cart();
  document.querySelector("[data-full]").hidden = now.length === 0;
  document.querySelector("[data-empty]").hidden = now.length > 0;
  document.querySelector("[data-goods]").textContent = price(goods());
  document.querySelector("[data-delivery]").textContent = delivery() === 0 ? "Free" : price(delivery());
  lines.replaceChildren(
    ...now.map(({ product, count }) => {
      const item = line.content.cloneNode(true);
      const link = item.querySelector("a");
      link.href = pageOf(product);
      link.textContent = product.name;
      item.querySelector("img").src = `pictures/${product.picture}.svg`;
      item.querySelector(".tile").dataset.kind = product.kind;
      item.querySelector(".price").textContent = price(product.price * count);
      item.querySelector("output").textContent = String(count);
      for (const [name, step, words] of [["less", -1, "One less"], ["more", 1, "One more"]]) {
        const button = item.querySelector(`.${name}`);
        button.setAttribute("aria-label", `${words}: ${product.name}`);
        button.addEventListener("click", () => {
          const place = [...lines.children].indexOf(button.closest("li"));
          put(product.id, count + step);
          draw();
          const next = lines.children[Math.min(place, lines.children.length - 1)];
          (next?.querySelector(`.${name}`) ?? document.querySelector("[data-empty] a")).focus();
        });
      }
      return item;
    }),
  );
}

addEventListener("storage", draw);
draw();
