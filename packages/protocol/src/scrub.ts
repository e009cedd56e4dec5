import { ownCopy } from './own-copy.ts';

const SECRETS: readonly (readonly [RegExp, string])[] = [
  // User and password of a URL, then its query and fragment. What stands before is not looked for: each try at it would
  // read on to the end, and a text can be all beginnings.
  [/(:\/\/)[^\s/?#@]*@/g, '$1'],
  [/(:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/g, '$1'],
  [/\b(bearer|basic|digest)\s+[\w.~+/=-]{4,}/gi, '$1 ***'],
  [
    /((?:passw(?:or)?d|pwd|secret|token|api[-_]?key|access[-_]?key|authorization|cookie|session[-_]?id)\b["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|[^\s"',;&}]+)/gi,
    '$1***',
  ],
  // Tokens that are known by their shape: JSON web tokens, prefixed keys, long hexadecimal.
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '***'],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|xox[abprs]|AKIA)[-_]?[\w-]{16,}\b/g, '***'],
  [/\b[\da-f]{32,}\b/gi, '***'],
];

/** Longest text that is looked at: what is shown is at most 200 characters. */
const LOOKED_AT = 1_000;

/** Names whose values are secret, whatever they look like. */
const SECRET_NAME =
  /passw(?:or)?d|pwd|secret|token|api[-_]?key|access[-_]?key|authorization|cookie|session[-_]?id/i;

/** Whether what goes by this name is not to be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/**
 * Text of an error without what may be secret: users and queries of URLs, values of passwords, tokens, keys and
 * cookies, and tokens known by their shape. Done where a text leaves the service, and again where it arrives. Control characters become spaces. At most `chars` long, default 200.
 */
export function scrub(text: string, chars = 200): string {
  let clean = text.slice(0, LOOKED_AT).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  for (const [pattern, instead] of SECRETS) clean = clean.replace(pattern, instead);
  return ownCopy(clean.trim().slice(0, chars));
}
