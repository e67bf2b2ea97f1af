// Hands a text to the browser as a file to keep.

// How long the text is held for the browser to take. Units: milliseconds; a slow disk has taken it by then.
const HELD_MS = 60_000;

/** Saves a text as a file of that name, where the browser keeps what it downloads. */
export function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  // Not in the page: a script of the site may take each click on a link for one of its own.
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS);
}
