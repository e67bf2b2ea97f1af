// A list that people press in keeps still while somebody points at it: what has gone leaves its place empty, and what has
// come stands at the end, until the pointer leaves. Nobody presses on one and gets another.

import type { RefObject } from "preact";
import { useReducer, useRef } from "preact/hooks";

/** One row. */
export interface Row<T> {
  /** What it shows. */
  readonly item: T;
  /** Whether that is not there any more. */
  readonly gone: boolean;
}

/** Puts what is there now into the rows of before, each at its old place. */
export function steady<T>(before: readonly Row<T>[], now: readonly T[], idOf: (item: T) => unknown): Row<T>[] {
  const left = new Map(now.map((item) => [idOf(item), item]));
  const rows = before.map(({ item }): Row<T> => {
    const id = idOf(item);
    const still = left.get(id);
    return left.delete(id) ? { item: still as T, gone: false } : { item, gone: true };
  });
  return [...rows, ...fresh([...left.values()])];
}

const fresh = <T>(items: readonly T[]): Row<T>[] => items.map((item) => ({ item, gone: false }));

/** The rows of a list to draw, and what to put on its element. What was `taken` by a press there needs no empty place. */
export function useSteady<T>(
  items: readonly T[],
  idOf: (item: T) => unknown,
  taken: (item: T) => boolean = () => false,
): [rows: readonly Row<T>[], held: Held] {
  const [, redraw] = useReducer((count: number, _: unknown) => count + 1, 0);
  const list = useRef<HTMLUListElement>(null);
  const rows = useRef<readonly Row<T>[]>([]);
  // A finger points at nothing between two presses.
  const held = list.current !== null && list.current.matches(":hover") && matchMedia("(hover: hover)").matches;
  rows.current = held ? steady(rows.current, items, idOf).filter(({ item, gone }) => !gone || !taken(item)) : fresh(items);
  return [rows.current, { ref: list, onPointerLeave: redraw }];
}

type Held = { ref: RefObject<HTMLUListElement | null>; onPointerLeave: (event: unknown) => void };
