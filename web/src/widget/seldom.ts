// What few visitors need, in a file of its own that is loaded when one does.

export { words as errors } from "../locales/errors-en";
export { segments } from "../conversation/links";
export { httpTransport } from "../peer/http-transport";
export { drawShared } from "./sharing";
