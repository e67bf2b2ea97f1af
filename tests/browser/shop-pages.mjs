// The pages of the demo shop, and what has to be done to see each of them.

/** Signs in with a name, as a person does. */
export async function signIn(page, demo, name = "Robin Vale") {
  await page.goto(`${demo}sign-in`);
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${demo}account`);
}

async function fillCart(page, demo) {
  await page.goto(`${demo}shelf/overview?width=90&boards=2&wood=walnut&brackets=brass`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.goto(demo);
  await page.getByRole("button", { name: "Add Arc lamp to the cart" }).click();
}

const at = (path) => async (page, demo) => void (await page.goto(demo + path));

/** Every page and every state of one that looks different: its name, and how a page in a browser gets there. */
export const SHOP_PAGES = {
  things: at(""),
  "nothing-found": at("?q=zebra"),
  product: at("product.html?item=arc-lamp"),
  "no-product": at("product.html?item=zebra"),
  "cart-empty": at("cart.html"),
  async cart(page, demo) {
    await fillCart(page, demo);
    await page.goto(`${demo}cart.html`);
  },
  async checkout(page, demo) {
    await fillCart(page, demo);
    await page.goto(`${demo}checkout.html`);
  },
  async "checkout-card"(page, demo) {
    await page.goto(`${demo}checkout.html`);
    await page.getByRole("button", { name: "Write a card" }).click();
    await page.getByRole("textbox", { name: "What shall it say?" }).fill("For your new desk. May it stay empty for a day.");
  },
  thanks: at("thanks.html?order=1042"),
  guide: at("guide.html#/plants"),
  shelf: at("shelf/"),
  "shelf-wood": at("shelf/wood?width=120&boards=3&wood=ash&brackets=wood"),
  "shelf-overview": at("shelf/overview?width=90&boards=2&wood=walnut&brackets=brass"),
  "sign-in": at("sign-in"),
  async "sign-in-problem"(page, demo) {
    await page.goto(`${demo}sign-in`);
    await page.getByRole("textbox", { name: "Your name" }).fill("   ");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").getByText(/Write a name/).waitFor();
  },
  account: (page, demo) => signIn(page, demo),
  contact: at("contact.html"),
  arabic: at("ar.html"),
};
