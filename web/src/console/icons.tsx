// The few pictures of the console, drawn in the colour of the text around them.

/** Two who stand side by side: the mark of the product. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle class="mark-one" cx="12" cy="16" r="9" />
    <circle class="mark-two" cx="20" cy="16" r="9" />
  </svg>
);

/** Back to the list, on a narrow screen. */
export const Back = () => (
  <svg class="icon flip" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M15 5l-7 7 7 7" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

/** Opens in a window of its own. */
export const Outside = () => (
  <svg class="icon flip" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M14 5h5v5M19 5l-8 8M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

/** Sends. */
export const Plane = () => (
  <svg class="icon flip" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M4 12l16-7-6 15-3-6z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />
  </svg>
);

/** Somebody: what is known of the visitor. */
export const Person = () => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
  </svg>
);
