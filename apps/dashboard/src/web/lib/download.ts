/** The part of a name that every file system takes. */
export function fileName(parts: readonly string[], extension: string): string {
  const said = parts.map((part) => part.replaceAll(/[^\p{L}\p{N}.-]+/gu, '_')).join('-');
  return `${said.slice(0, 120).replace(/[._-]+$/, '')}.${extension}`;
}

/** A moment as a file name can hold it, in local time: 2026-01-31T10-39-07. */
export function stamp(t: number): string {
  const local = new Date(t - new Date(t).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replaceAll(':', '-');
}

/** Hands a file to the browser. It goes through a blob: a token never stands in an address. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
