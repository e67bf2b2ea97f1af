// Calls that a page makes before the script has come.
//
// A page that wants to call early puts one of these before the tag; each keeps working afterwards:
//
//   <script>window.Alongside ||= []; Alongside.push(["on", "state", print])</script>
//   <script>window.Alongside ||= function () { (Alongside.q ||= []).push(arguments) }; Alongside("open")</script>

/** A call: the name of a method and what it is given. */
export type Call = ArrayLike<unknown>;

/** Does the calls in what the page has put in the API's place, in order. */
export function replay(stub: unknown, call: (method: string, ...values: unknown[]) => void): void {
  const waiting: unknown = Array.isArray(stub) ? stub : (stub as { q?: unknown } | null | undefined)?.q;
  if (!Array.isArray(waiting)) return;
  for (const each of waiting as Call[]) {
    const [method, ...values] = Array.from(each);
    call(String(method), ...values);
  }
}
