// The few pictures of the console, drawn in the colour of the text around them.

/** Two who stand side by side: the mark of the product. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle class="mark-one" cx="12" cy="16" r="9" />
    <circle class="mark-two" cx="20" cy="16" r="9" />
  </svg>
);

/** A picture of lines; a `flip` one points the other way where people read from right to left. */
const icon = (path: string, flip = false) => () => (
  <svg class={flip ? "icon flip" : "icon"} viewBox="0 0 24 24" aria-hidden="true">
    <path d={path} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

/** Back to the list, on a narrow screen. */
export const Back = icon("M15 5l-7 7 7 7", true);

/** Opens in a window of its own. */
export const Outside = icon("M14 5h5v5M19 5l-8 8M17 14v4a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h4", true);

/** Sends. */
export const Plane = icon("M4 12l16-7-6 15-3-6z", true);

/** Somebody: what is known of the visitor. */
export const Person = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0");

/** Searches. */
export const Glass = icon("M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4");

/** Saves. */
export const Save = icon("M12 4v11M7 11l5 5 5-5M5 20h14");

/** Keeps somebody away. */
export const Barred = icon("M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM6.5 6.5l11 11");

/** To what was before. */
export const Up = icon("M6 15l6-6 6 6");

/** To what comes next. */
export const Down = icon("M6 9l6 6 6-6");

/** Closes. */
export const Cross = icon("M6 6l12 12M18 6L6 18");

/** Texts that are ready to be used. */
export const Lines = icon("M4 5h16v11H10l-4 4v-4H4zM8 9h8M8 12h5");

/** The keys of a keyboard. */
export const Keyboard = icon("M3 6h18v12H3zM7 10h.01M12 10h.01M17 10h.01M8 14h8");

const Ringing = icon("M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4");
const Silent = icon("M6 17V11a6 6 0 0 1 9-5.2M18 11.5V17l1.5 1.5h-15M10 21h4M4 4l16 16");

/** Sound and notifications, on or off. */
export const Bell = ({ isOff }: { isOff: boolean }) => (isOff ? <Silent /> : <Ringing />);
