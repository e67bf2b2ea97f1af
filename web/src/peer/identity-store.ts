// Where a console keeps who it is, and who it asks to be: IndexedDB, with the private keys as objects that no script can
// read out.

import type { Identity } from "./invite";
import type { OwnKeys } from "./request";

const DATABASE = "alongside";
const STORE = "identity";
// One console, one identity, and one request: a single record of each.
const KEY = "own";
const REQUEST = "request";

/** Loads the identity of this browser; `null` when none was saved. */
export function loadIdentity(): Promise<Identity | null> {
  return request("readonly", (store) => store.get(KEY) as IDBRequest<Identity | undefined>).then(
    (identity) => identity ?? null,
  );
}

/** Saves the identity of this browser in place of an earlier one. */
export async function saveIdentity(identity: Identity): Promise<void> {
  await request("readwrite", (store) => store.put(identity, KEY));
}

/** Forgets the identity of this browser. */
export async function forgetIdentity(): Promise<void> {
  await request("readwrite", (store) => store.delete(KEY));
}

/** Loads the keys that wait for their certificate; `null` when none do. */
export function loadRequest(): Promise<OwnKeys | null> {
  return request("readonly", (store) => store.get(REQUEST) as IDBRequest<OwnKeys | undefined>).then((keys) => keys ?? null);
}

/** Keeps keys until their certificate comes, in place of earlier ones. */
export async function saveRequest(keys: OwnKeys): Promise<void> {
  await request("readwrite", (store) => store.put(keys, REQUEST));
}

/** Forgets the keys that wait: their certificate has come. */
export async function forgetRequest(): Promise<void> {
  await request("readwrite", (store) => store.delete(REQUEST));
}

async function request<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const made = run(transaction.objectStore(STORE));
      // Only a completed transaction is on disk.
      transaction.oncomplete = () => resolve(made.result);
      transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}
