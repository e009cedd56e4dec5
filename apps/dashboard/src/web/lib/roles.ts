import type { Role } from '@cb/protocol';

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Each role may do what the ones before it may. A role that this page does not know may only look. */
export function mayAct(role: Role, needed: Role): boolean {
  return (RANK[role] ?? 0) >= RANK[needed];
}

const WORDS: Record<Role, string> = { viewer: 'Viewer', operator: 'Operator', admin: 'Admin' };

export function roleWord(role: Role): string {
  return WORDS[role] ?? 'Viewer';
}

/** What a role allows, said to the one who has it. */
export function roleAllows(role: Role): string {
  if (mayAct(role, 'admin')) return 'You can act on breakers and change their settings.';
  return mayAct(role, 'operator') ? 'You can act on breakers.' : 'You can look.';
}
