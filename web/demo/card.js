// The card that goes with an order: written in a dialog that leaves the rest of the page alone until it is closed.

const dialog = document.querySelector("[data-card]");
const opens = document.querySelector("[data-card-open]");
const said = document.querySelector("[data-card-said]");
const left = document.querySelector("[data-card-left]");
const { words, face } = dialog.querySelector("form").elements;
const faces = { vase: "flowers", mug: "a cup of tea", lamp: "a lamp" };

let kept = { words: "", face: "vase" };

function show() {
  const { words, face } = kept;
  said.textContent = words === "" ? "A card with it? It costs nothing." : `A card with ${faces[face]}: “${words}”`;
  opens.textContent = words === "" ? "Write a card" : "Change the card";
}

opens.addEventListener("click", () => {
  // Whatever was written and not put in is gone, as Escape says.
  words.value = kept.words;
  face.value = kept.face;
  count();
  dialog.returnValue = "";
  dialog.showModal();
  words.focus();
});

function count() {
  const more = words.maxLength - words.value.length;
  left.textContent = words.value === "" ? `${words.maxLength} letters at most.` : `${more} ${more === 1 ? "letter" : "letters"} left.`;
}
words.addEventListener("input", count);

dialog.addEventListener("close", () => {
  if (dialog.returnValue === "keep") kept = { words: words.value.trim(), face: face.value };
  if (dialog.returnValue === "none") kept = { ...kept, words: "" };
  show();
});
