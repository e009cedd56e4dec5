import type { Subject } from './subject.ts';

export const SUBJECT_NAMES = [
  'bare',
  '@cb/core',
  'opossum9',
  'opossum10',
  'cockatiel3',
  'cockatiel4',
  'mollitia',
] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** Each is loaded only in the process that measures it. */
export const SUBJECTS: Readonly<Record<SubjectName, () => Promise<Subject>>> = {
  bare: async () => (await import('./bare.ts')).bare,
  '@cb/core': async () => (await import('./core.ts')).core,
  opossum9: async () => (await import('./opossum.ts')).opossum((await import('opossum9')).default),
  opossum10: async () => (await import('./opossum.ts')).opossum((await import('opossum10')).default),
  cockatiel3: async () => (await import('./cockatiel.ts')).cockatiel(await import('cockatiel3')),
  cockatiel4: async () => (await import('./cockatiel.ts')).cockatiel(await import('cockatiel4')),
  mollitia: async () => (await import('./mollitia.ts')).mollitia,
};
